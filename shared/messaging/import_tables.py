"""The tables of files that people send.

`import`: what becomes of each. `import_part`: the file, in parts, until all of its rows are decided. `import_fault`:
what is wrong with the rows that were refused. `import_refused_row`:
those rows as they were sent, for a while: they hold people's data.
"""

STATEMENTS = (
    """
    CREATE TABLE import (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        fields jsonb NOT NULL,
        request bytea,
        bytes bigint NOT NULL DEFAULT 0,
        state text NOT NULL DEFAULT 'received',
        rows integer,
        line bigint NOT NULL DEFAULT 0,
        read integer NOT NULL DEFAULT 0,
        accepted integer NOT NULL DEFAULT 0,
        refused integer NOT NULL DEFAULT 0,
        outcomes jsonb NOT NULL DEFAULT '{}',
        reason text,
        message text,
        params jsonb NOT NULL DEFAULT '{}',
        attempts integer NOT NULL DEFAULT 0,
        received_at timestamptz NOT NULL DEFAULT now(),
        ended_at timestamptz,
        correlation_id text NOT NULL,
        traceparent text,
        actor jsonb,
        action text
    )
    """,
    "CREATE INDEX import_open ON import (received_at, id) WHERE ended_at IS NULL",
    """
    CREATE TABLE import_part (
        import_id uuid NOT NULL REFERENCES import ON DELETE CASCADE,
        number integer NOT NULL,
        bytes bytea NOT NULL,
        PRIMARY KEY (import_id, number)
    )
    """,
    """
    CREATE TABLE import_fault (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        import_id uuid NOT NULL REFERENCES import ON DELETE CASCADE,
        line bigint NOT NULL,
        "column" text NOT NULL,
        reason text NOT NULL,
        message text NOT NULL,
        params jsonb NOT NULL
    )
    """,
    "CREATE INDEX import_fault_import ON import_fault (import_id, line, id)",
)

ADDED = (
    "ALTER TABLE import ADD COLUMN header text",
    """
    CREATE TABLE import_refused_row (
        import_id uuid NOT NULL REFERENCES import ON DELETE CASCADE,
        line bigint NOT NULL,
        sent text NOT NULL,
        PRIMARY KEY (import_id, line)
    )
    """,
)
"""Since every service's first migration: what refused rows are returned by."""

REMOVED = ("DROP TABLE import_refused_row", "ALTER TABLE import DROP COLUMN header")

NAMES = ("import_refused_row", "import_fault", "import_part", "import")
