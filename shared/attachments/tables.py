"""The tables of attachments.

`attachment`: a file that somebody gave; its key is among those of its firm (`data_key`), and in `key` where nothing is
sealed. `attachment_secret`: what this store's links are signed with.
"""

STATEMENTS = (
    """
    CREATE TABLE attachment (
        id uuid PRIMARY KEY,
        supplier_id uuid NOT NULL,
        state text NOT NULL DEFAULT 'coming',
        name text NOT NULL,
        kind text NOT NULL,
        size bigint NOT NULL,
        sha256 text NOT NULL,
        key bytea,
        subject text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        erase_at timestamptz,
        removed boolean NOT NULL DEFAULT false
    )
    """,
    "CREATE INDEX attachment_supplier ON attachment (supplier_id, id)",
    "CREATE INDEX attachment_at ON attachment (at) INCLUDE (supplier_id, size)",
    "CREATE INDEX attachment_erase ON attachment (erase_at) WHERE erase_at IS NOT NULL",
    "CREATE TABLE attachment_secret (one boolean PRIMARY KEY DEFAULT true CHECK (one), secret bytea NOT NULL)",
)

NAMES = ("attachment", "attachment_secret")
