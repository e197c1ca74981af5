"""refused rows of files"""

from alembic import op

from shared.messaging import import_tables

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in import_tables.ADDED:
        op.execute(statement)


def downgrade() -> None:
    for statement in import_tables.REMOVED:
        op.execute(statement)
