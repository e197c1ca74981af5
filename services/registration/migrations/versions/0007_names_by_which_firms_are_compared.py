"""names by which firms are compared"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("supplier", sa.Column("name_key", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("supplier", "name_key")
