"""which privacy notice was read"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("claim", sa.Column("privacy_notice", sa.String(), nullable=True))
    op.add_column("supplier", sa.Column("privacy_notice", sa.String(), nullable=True))
    op.add_column("supplier", sa.Column("notice_read_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("supplier", "notice_read_at")
    op.drop_column("supplier", "privacy_notice")
    op.drop_column("claim", "privacy_notice")
