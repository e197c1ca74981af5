"""attachments"""

from alembic import op

from shared.attachments import tables

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in tables.STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for name in tables.NAMES:
        op.execute(f"DROP TABLE {name}")
