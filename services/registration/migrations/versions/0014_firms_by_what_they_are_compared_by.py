"""firms by what they are compared by"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEXES = {
    "supplier_mail": ("mail_domain", "mail_domain IS NOT NULL"),
    "supplier_phone": ("phone", "phone IS NOT NULL"),
    "supplier_rfc_front": (sa.text('"left"(rfc, 6)'), None),
    "supplier_rfc_back": (sa.text("substr(rfc, 7)"), None),
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, (column, where) in INDEXES.items():
            op.create_index(
                name,
                "supplier",
                [column],
                if_not_exists=True,
                postgresql_concurrently=True,
                postgresql_where=None if where is None else sa.text(where),
            )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in INDEXES:
            op.drop_index(name, table_name="supplier", if_exists=True, postgresql_concurrently=True)
