"""The messages' tables and those of the stage."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.messaging import tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in tables.STATEMENTS:
        op.execute(statement)
    _candidate()
    _cohort()
    _past_override()
    _outcome()
    op.create_table(
        "requirement",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
    )


def downgrade() -> None:
    for name in ("requirement", "outcome", "past_override", "cohort", "candidate", *tables.NAMES):
        op.drop_table(name)
    op.execute("DROP SEQUENCE journal_id_seq")


def _candidate() -> None:
    op.create_table(
        "candidate",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("folio", sa.String()),
        sa.Column("legal_name", sa.String()),
        sa.Column("standing", JSONB()),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("matches", JSONB(), nullable=False),
        sa.Column("diagnosis", JSONB()),
        sa.Column("referrals", JSONB(), nullable=False),
        sa.Column("cohort_id", sa.Uuid()),
        sa.Column("plan", JSONB()),
        sa.Column("mentor", sa.String()),
        sa.Column("awaits_selection", sa.Boolean(), nullable=False),
        sa.Column("plan_status", sa.String()),
    )
    op.create_index("candidate_awaiting", "candidate", ["id"], postgresql_where=sa.text("awaits_selection"))
    has_plan = sa.text("plan_status IS NOT NULL")
    op.create_index("candidate_plan", "candidate", ["plan_status", "id"], postgresql_where=has_plan)


def _cohort() -> None:
    op.create_table(
        "cohort",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("overrides", JSONB(), nullable=False),
        sa.Column("selected_at", sa.DateTime(timezone=True)),
        sa.Column("took_part", JSONB(), nullable=False),
    )


def _past_override() -> None:
    op.create_table(
        "past_override",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("past_override_cohort", "past_override", ["cohort_id", "ended_at", "id"])


def _outcome() -> None:
    op.create_table(
        "outcome",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("selected", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer()),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("best_match", sa.Integer(), nullable=False),
        sa.Column("readiness", sa.Integer(), nullable=False),
        sa.Column("closability", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Uuid()),
        sa.Column("reasons", JSONB(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("outcome_line", "outcome", ["cohort_id", "line"], unique=True)
