"""who asked for news, and since when something waits"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


WAITING = ("waits_assessment", "waits_validation", "waits_plan")


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=True),
        sa.Column("anchor_id", sa.Uuid(), nullable=True),
        sa.Column("operates", sa.Boolean(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("kinds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("code", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("stop", sa.String(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("letter", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("subscription_anchor", "subscription", ["anchor_id"], unique=False)
    op.create_index("subscription_kinds", "subscription", ["kinds"], unique=False, postgresql_using="gin")
    op.create_index("subscription_supplier", "subscription", ["supplier_id"], unique=False)
    op.add_column("candidate", sa.Column("found_at", sa.DateTime(timezone=True), nullable=True))
    for name in WAITING:
        op.add_column("firm", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in WAITING:
        op.drop_column("firm", name)
    op.drop_column("candidate", "found_at")
    op.drop_table("subscription")
