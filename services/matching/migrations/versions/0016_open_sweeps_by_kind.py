"""open sweeps by kind"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "sweep_open_of_kind",
            "sweep",
            ["kind", "requested_at", "id"],
            if_not_exists=True,
            postgresql_where=sa.text("finished_at IS NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("sweep_open_of_kind", table_name="sweep", if_exists=True, postgresql_concurrently=True)
