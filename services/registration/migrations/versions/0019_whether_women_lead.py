"""whether women lead"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("supplier", sa.Column("women_led", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("supplier", "women_led")
