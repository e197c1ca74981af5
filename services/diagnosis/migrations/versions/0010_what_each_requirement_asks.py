"""what each requirement asks"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("asks", "heard"):
        kind = postgresql.JSONB(astext_type=sa.Text())
        op.add_column("diagnosis", sa.Column(name, kind, server_default=sa.text("'{}'"), nullable=False))


def downgrade() -> None:
    op.drop_column("diagnosis", "heard")
    op.drop_column("diagnosis", "asks")
