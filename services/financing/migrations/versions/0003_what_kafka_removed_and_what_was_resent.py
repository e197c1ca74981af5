"""What Kafka removed before a group consumed it, and what of the journal was published again."""

from alembic import op

from shared.messaging import tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in tables.RESENDING:
        op.execute(statement)


def downgrade() -> None:
    for name in ("resend", "record_gap"):
        op.drop_table(name)
