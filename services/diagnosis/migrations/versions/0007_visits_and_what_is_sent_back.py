"""visits, and what is sent back"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, empty in (("visit", "'{}'"), ("sent_back", "'[]'")):
        column = sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text(empty), nullable=False)
        op.add_column("diagnosis", column)


def downgrade() -> None:
    for name in ("sent_back", "visit"):
        op.drop_column("diagnosis", name)
