"""The topic of an outbox entry, by which the relay passes by those that it backs off from."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A store made since then has it from its first revision.
    op.execute("ALTER TABLE outbox ADD COLUMN IF NOT EXISTS topic text")


def downgrade() -> None:
    op.execute("ALTER TABLE outbox DROP COLUMN IF EXISTS topic")
