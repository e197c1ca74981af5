"""what records look like"""

from alembic import op

from shared.messaging import record_tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in record_tables.ADDED:
        op.execute(statement)


def downgrade() -> None:
    for statement in record_tables.REMOVED:
        op.execute(statement)
