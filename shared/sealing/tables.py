"""The table of keys, and how the journal's older entries are sealed.

`data_key`: a key of one person and matter, wrapped; NULL once it is destroyed, which is what an erasure is. That row
stays: without one what is sealed counts as away, and not as erased. Backups leave the rows out (docs/decisions/0108).
"""

STATEMENTS = (
    """
    CREATE TABLE data_key (
        person uuid NOT NULL,
        matter uuid NOT NULL,
        wrapped bytea,
        made_at timestamptz NOT NULL DEFAULT now(),
        destroyed_at timestamptz,
        PRIMARY KEY (person, matter)
    )
    """,
    # By the owner's function, as an erasure: fields are replaced by what is sealed of them, and nothing else is.
    """
    CREATE OR REPLACE FUNCTION journal_seal(
        ids bigint[], times timestamptz[], bodies bytea[], fields text[]
    ) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        WITH given AS (
            SELECT id, recorded_at, body, convert_from(body, 'UTF8')::jsonb AS event
            FROM unnest(ids, times, bodies) AS each(id, recorded_at, body)
        ), found AS (
            SELECT id, recorded_at, convert_from(body, 'UTF8')::jsonb AS event
            FROM journal WHERE (recorded_at, id) IN (SELECT recorded_at, id FROM given)
        ), sealed AS (
            UPDATE journal SET body = given.body FROM given JOIN found USING (id, recorded_at)
            WHERE journal.recorded_at = given.recorded_at AND journal.id = given.id
                AND jsonb_set(given.event, '{data}', (given.event -> 'data') - fields)
                    = jsonb_set(found.event, '{data}', (found.event -> 'data') - fields)
                AND NOT EXISTS (
                    SELECT FROM unnest(fields) AS field
                    WHERE given.event -> 'data' -> field IS DISTINCT FROM found.event -> 'data' -> field
                        AND coalesce(given.event -> 'data' ->> field, '') NOT LIKE 'sealed:%'
                )
            RETURNING 1
        )
        SELECT count(*) FROM sealed
    $$
    """,
    "REVOKE EXECUTE ON FUNCTION journal_seal FROM PUBLIC",
)

DESTROYED = "data_key_destroyed", "data_key", ["destroyed_at", "person", "matter"]
DESTROYED_WHERE = "destroyed_at IS NOT NULL"
"""The index by which what was erased since is found."""

REMOVED = ("DROP FUNCTION journal_seal", "DROP TABLE data_key")

NAMES = ("data_key",)
