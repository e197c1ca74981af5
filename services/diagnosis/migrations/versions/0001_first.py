"""The stage's first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.messaging import tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in tables.STATEMENTS:
        op.execute(statement)
    op.create_table(
        "diagnosis",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("demand", postgresql.JSONB(), nullable=False),
        sa.Column("self_assessment", postgresql.JSONB()),
        sa.Column("assessment", postgresql.JSONB()),
        sa.Column("validation", postgresql.JSONB()),
        sa.Column("locked", postgresql.JSONB()),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("rescores", postgresql.JSONB(), nullable=False),
        sa.Column("assessor", sa.String()),
        sa.Column("validator", sa.String()),
        sa.Column("took_part", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("overall", sa.Integer()),
        sa.Column("band", sa.String()),
        sa.Column("critical_gaps", sa.Integer()),
    )
    op.create_index("diagnosis_status", "diagnosis", ["status", "id"])
    op.create_table(
        "gap",
        sa.Column("supplier_id", sa.Uuid(), sa.ForeignKey("diagnosis.id"), primary_key=True),
        sa.Column("question", sa.String(), primary_key=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("anchors_asking", sa.Integer(), nullable=False),
    )
    op.create_index("gap_question", "gap", ["question", "severity"])


def downgrade() -> None:
    op.drop_table("gap")
    op.drop_table("diagnosis")
    for name in tables.NAMES:
        op.execute(f"DROP TABLE {name}")
    op.execute("DROP SEQUENCE journal_id_seq")
