"""events that share a row of the outbox"""

from alembic import op

from shared.messaging import outbox_tables

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in outbox_tables.ADDED:
        op.execute(statement)


def downgrade() -> None:
    for statement in outbox_tables.REMOVED:
        op.execute(statement)
