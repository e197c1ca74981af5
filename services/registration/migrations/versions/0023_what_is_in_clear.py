"""what is in clear"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEXES = {
    "supplier_in_clear": (
        "supplier",
        "id",
        (
            "jsonb_typeof(contact) = 'object' OR jsonb_typeof(identity) = 'object'"
            " OR (kind = 'natural' AND identity IS NULL AND rfc <> '' AND NOT starts_with(rfc, '~'))"
        ),
    ),
    "supplier_past_in_clear": (
        "supplier_past",
        "supplier_id",
        "jsonb_typeof(profile -> 'identity') = 'object' OR length(profile ->> 'rfc') = 13",
    ),
    "person_in_clear": ("person", "id", "NOT starts_with(email, 'sealed:')"),
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, (table, column, where) in INDEXES.items():
            op.create_index(
                name,
                table,
                [column],
                if_not_exists=True,
                postgresql_concurrently=True,
                postgresql_where=sa.text(where),
            )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name, (table, _, _) in INDEXES.items():
            op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
