"""all records look like it"""

from alembic import op

from shared.messaging import record_tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in record_tables.VALIDATED:
        op.execute(statement)


def downgrade() -> None:
    """Nothing was added."""
