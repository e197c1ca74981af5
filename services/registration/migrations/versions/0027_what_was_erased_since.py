"""what was erased since"""

from alembic import op

from shared.sealing import tables

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            *tables.DESTROYED,
            postgresql_where=tables.DESTROYED_WHERE,
            if_not_exists=True,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    name, table, _ = tables.DESTROYED
    with op.get_context().autocommit_block():
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
