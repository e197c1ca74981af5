"""What the records' tables got since every service's first migration: what a row of theirs must look like whoever
writes it, and how a resend holds the journal (docs/decisions/0061).
"""

ACT = "^[a-z_-]{1,60}:[a-z_-]{1,60}:[a-z_-]{1,60}$"
"""`source:subject:action`, as the catalogue has them (`shared/contracts/audit.py`)."""

_RULES = {
    "audit": (
        f"action ~ '{ACT}' AND jsonb_typeof(actor) = 'object'"
        " AND coalesce(jsonb_typeof(actor -> 'subject') = 'string', false) AND octet_length(actor::text) <= 2000"
        " AND length(correlation_id) BETWEEN 1 AND 200"
    ),
    "audit_leaf": "position >= 0 AND audit_id > 0 AND octet_length(hash) = 32",
    "audit_checkpoint": (
        "size > 0 AND octet_length(peaks) % 32 = 0 AND octet_length(peaks) BETWEEN 32 AND 2048"
        " AND length(note) BETWEEN 1 AND 2000"
    ),
}
"""Wider than what is written: `tests/service/test_grants.py` has a row beyond each."""

ADDED = (
    # By the owner's function: a right to lock is one to rebuild too (MAINTAIN), and to keep everybody out.
    """
    CREATE OR REPLACE FUNCTION journal_hold() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        LOCK TABLE ONLY journal IN SHARE ROW EXCLUSIVE MODE;
    END $$
    """,
    "REVOKE EXECUTE ON FUNCTION journal_hold FROM PUBLIC",
    *(f"ALTER TABLE {table} ADD CONSTRAINT {table}_row CHECK ({rule}) NOT VALID" for table, rule in _RULES.items()),
)

VALIDATED = tuple(
    f"""
    DO $$ BEGIN
        ALTER TABLE {table} VALIDATE CONSTRAINT {table}_row;
    EXCEPTION WHEN check_violation THEN
        -- Who had the service's password may have written one before: it stays on record, and stops no release.
        RAISE WARNING '{table} has rows that no service writes';
    END $$
    """
    for table in _RULES
)
"""In a revision of their own: it reads the whole table, and holds up nobody."""

REMOVED = (
    *(f"ALTER TABLE {table} DROP CONSTRAINT {table}_row" for table in _RULES),
    "DROP FUNCTION journal_hold",
)
