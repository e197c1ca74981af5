"""keys of persons"""

from alembic import op

from shared.sealing import tables

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in tables.STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in tables.REMOVED:
        op.execute(statement)
