"""firms that are probably one"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "twins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("older", sa.Uuid(), nullable=False),
        sa.Column("newer", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("signs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("strength", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remains", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("twins_waiting", "twins", ["status", "rank", "id"])
    op.create_index("twins_older", "twins", ["older"])
    op.create_index("twins_newer", "twins", ["newer"])
    op.add_column("supplier", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.add_column("supplier", sa.Column("mail_domain", sa.String(), nullable=True))
    op.add_column("supplier", sa.Column("phone", sa.String(), nullable=True))


def downgrade() -> None:
    for column in ("phone", "mail_domain", "merged_into"):
        op.drop_column("supplier", column)
    op.drop_table("twins")
