"""calls and appeals"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("appeal_cohort", "appeal", ["cohort_id", "made_at", "id"], unique=False)
    op.create_index("appeal_supplier", "appeal", ["supplier_id"], unique=False)
    op.add_column("candidate", sa.Column("state", sa.String(), nullable=True))
    op.add_column("cohort", sa.Column("call", sa.String(), nullable=True))
    op.add_column("cohort", sa.Column("budget", sa.Numeric(precision=16, scale=2), nullable=True))
    op.add_column(
        "cohort",
        sa.Column("minimums", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("cohort", sa.Column("keep", sa.Integer(), server_default=sa.text("2"), nullable=False))
    op.add_column("cohort", sa.Column("selected_by", sa.String(), nullable=True))
    op.add_column("cohort", sa.Column("solution", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("cohort", sa.Column("appeals_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cohort", sa.Column("appeals_ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outcome", sa.Column("contender", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("outcome", sa.Column("why", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("requirement", sa.Column("anchor_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("requirement", "anchor_id")
    op.drop_column("outcome", "why")
    op.drop_column("outcome", "contender")
    op.drop_column("cohort", "appeals_ended_at")
    op.drop_column("cohort", "appeals_until")
    op.drop_column("cohort", "solution")
    op.drop_column("cohort", "selected_by")
    op.drop_column("cohort", "keep")
    op.drop_column("cohort", "minimums")
    op.drop_column("cohort", "budget")
    op.drop_column("cohort", "call")
    op.drop_column("candidate", "state")
    op.drop_index("appeal_supplier", table_name="appeal")
    op.drop_index("appeal_cohort", table_name="appeal")
    op.drop_table("appeal")
