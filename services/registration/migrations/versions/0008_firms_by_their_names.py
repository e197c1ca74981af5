"""firms by their names"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "supplier_named", "supplier", ["name_key", "state"], if_not_exists=True, postgresql_concurrently=True
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("supplier_named", table_name="supplier", if_exists=True, postgresql_concurrently=True)
