"""What the outbox got since every service's first migration: the ids that share a row (docs/decisions/0115)."""

ADDED = ("ALTER TABLE outbox ADD COLUMN ids bigint[]",)
"""Those of the row that are still to be published, in their order; NULL: its own `id` alone."""

REMOVED = (
    """
    WITH shared AS (DELETE FROM outbox WHERE ids IS NOT NULL RETURNING recorded_at, topic, resent_at, ids)
    INSERT INTO outbox (id, recorded_at, topic, resent_at)
    SELECT DISTINCT ON (entry.id) entry.id, recorded_at, topic, resent_at
    FROM shared CROSS JOIN LATERAL unnest(ids) AS entry(id) ORDER BY entry.id, resent_at NULLS FIRST
    ON CONFLICT DO NOTHING
    """,
    "ALTER TABLE outbox DROP COLUMN ids",
)
