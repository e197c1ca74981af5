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
        "anchor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("states", postgresql.JSONB(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("departed", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("source_topic", sa.String(), nullable=False),
        sa.Column("source_key", sa.String(), nullable=True),
        sa.Column("event_type", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("letter_at", "letter", ["at", "id"])
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "candidate",
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("anchor_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("introduced", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("match_id"),
    )
    op.create_index("candidate_requirement", "candidate", ["requirement_id", "score", "match_id"], unique=False)
    op.create_index("candidate_supplier", "candidate", ["supplier_id"], unique=False)
    op.create_table(
        "firm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("profile", postgresql.JSONB(), nullable=True),
        sa.Column("withdrawn", sa.String(), nullable=True),
        sa.Column("alignment", postgresql.JSONB(), nullable=True),
        sa.Column("matches", postgresql.JSONB(), nullable=False),
        sa.Column("diagnosis", postgresql.JSONB(), nullable=True),
        sa.Column("selection", postgresql.JSONB(), nullable=True),
        sa.Column("plan", postgresql.JSONB(), nullable=True),
        sa.Column("needs", postgresql.JSONB(), nullable=False),
        sa.Column("consents", postgresql.JSONB(), nullable=False),
        sa.Column("referrals", postgresql.JSONB(), nullable=False),
        sa.Column("folio", sa.String(), nullable=True),
        sa.Column("rfc", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("band", sa.String(), nullable=True),
        sa.Column("areas", postgresql.JSONB(), nullable=False),
        sa.Column("steps", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("firm_areas", "firm", ["areas"], unique=False, postgresql_using="gin")
    op.create_index("firm_folio", "firm", ["folio"], unique=False)
    op.create_index("firm_rfc", "firm", ["rfc"], unique=False)
    op.create_index("firm_state", "firm", ["state", "id"], unique=False)
    op.create_index("firm_steps", "firm", ["steps"], unique=False, postgresql_using="gin")
    op.create_table(
        "requirement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("anchor_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("annual_volume", sa.Integer(), nullable=True),
        sa.Column("open_until", sa.Date(), nullable=True),
        sa.Column("closed", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("requirement_anchor", "requirement", ["anchor_id", "id"], unique=False)
    op.create_index("requirement_area", "requirement", ["area", "id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("session_ends", "session", ["ends_at"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "story",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
        sa.Column("causation_id", sa.String(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("story_correlation", "story", ["correlation_id"], unique=False)
    op.create_index("story_subject", "story", ["subject", "at", "event_id"], unique=False)


def downgrade() -> None:
    op.drop_table("checkpoint")
    op.drop_table("letter")
    op.drop_index("story_subject", table_name="story")
    op.drop_index("story_correlation", table_name="story")
    op.drop_table("story")
    op.drop_table("sign_in")
    op.drop_index("session_ends", table_name="session")
    op.drop_table("session")
    op.drop_index("requirement_area", table_name="requirement")
    op.drop_index("requirement_anchor", table_name="requirement")
    op.drop_table("requirement")
    op.drop_index("firm_steps", table_name="firm", postgresql_using="gin")
    op.drop_index("firm_state", table_name="firm")
    op.drop_index("firm_rfc", table_name="firm")
    op.drop_index("firm_folio", table_name="firm")
    op.drop_index("firm_areas", table_name="firm", postgresql_using="gin")
    op.drop_table("firm")
    op.drop_index("candidate_supplier", table_name="candidate")
    op.drop_index("candidate_requirement", table_name="candidate")
    op.drop_table("candidate")
    op.drop_table("anchor")
    for name in tables.NAMES:
        op.execute(f"DROP TABLE {name}")
    op.execute("DROP SEQUENCE journal_id_seq")
