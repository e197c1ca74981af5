"""which partner is due"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "referral_due",
            "referral",
            ["answer_due_at", "id"],
            postgresql_where=sa.text("awaits = 'partner'"),
            if_not_exists=True,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("referral_due", "referral")
