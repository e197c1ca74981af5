"""drop-outs by two, and evidence that waits"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("leavings", "unscored"):
        column = sa.Column(
            name, postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        )
        op.add_column("candidate", column)


def downgrade() -> None:
    for name in ("unscored", "leavings"):
        op.drop_column("candidate", name)
