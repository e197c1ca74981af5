"""wishes and waivers"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("open_demand", sa.Column("wished", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column(
        "open_demand", sa.Column("waived_firms", sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column(
        "open_demand",
        sa.Column("waived_gates", sa.ARRAY(sa.SmallInteger()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column(
        "open_demand", sa.Column("waived_until", sa.ARRAY(sa.Date()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column(
        "requirement",
        sa.Column("waivers", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("requirement", "waivers")
    op.drop_column("open_demand", "waived_until")
    op.drop_column("open_demand", "waived_gates")
    op.drop_column("open_demand", "waived_firms")
    op.drop_column("open_demand", "wished")
