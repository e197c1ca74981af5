"""whom letters name"""

from alembic import op

from shared.messaging import letter_tables

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in letter_tables.ADDED:
        op.execute(statement)


def downgrade() -> None:
    for statement in letter_tables.REMOVED:
        op.execute(statement)
