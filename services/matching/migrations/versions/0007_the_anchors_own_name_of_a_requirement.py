"""the anchor's own name of a requirement"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("requirement", sa.Column("reference", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("requirement", "reference")
