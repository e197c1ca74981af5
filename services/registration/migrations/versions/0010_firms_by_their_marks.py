"""firms by their marks"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "supplier_sought",
            "supplier",
            ["marks", sa.text("to_tsvector('simple', name_key)")],
            if_not_exists=True,
            postgresql_concurrently=True,
            postgresql_using="gin",
            postgresql_ops={"marks": "jsonb_path_ops"},
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("supplier_sought", table_name="supplier", if_exists=True, postgresql_concurrently=True)
