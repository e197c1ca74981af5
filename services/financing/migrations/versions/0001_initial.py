"""The messages' tables and those of the stage."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.messaging import tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for statement in tables.STATEMENTS:
        op.execute(statement)
    _case()
    _need()
    _consent()
    _referral()
    op.create_table(
        "partner",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False, unique=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sla_days", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    for name in ("partner", "referral", "consent", "need", "financing_case", *tables.NAMES):
        op.drop_table(name)
    op.execute("DROP SEQUENCE journal_id_seq")


def _case() -> None:
    op.create_table(
        "financing_case",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("profile", JSONB()),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("diagnosis", JSONB()),
        sa.Column("matches", JSONB(), nullable=False),
        sa.Column("contracts", JSONB(), nullable=False),
        sa.Column("cohort_id", sa.Uuid()),
        sa.Column("plan", JSONB()),
        sa.Column("completed", JSONB(), nullable=False),
        sa.Column("needs", JSONB(), nullable=False),
        sa.Column("consents", JSONB(), nullable=False),
        sa.Column("referrals", JSONB(), nullable=False),
        sa.Column("wake_at", MOMENT),
    )


def _need() -> None:
    op.create_table(
        "need",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("questions", JSONB(), nullable=False),
        sa.Column("modules", JSONB(), nullable=False),
        sa.Column("amount", JSONB()),
        sa.Column("options", JSONB(), nullable=False),
        sa.Column("eligible_partners", ARRAY(sa.String()), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
    )
    op.create_index("need_supplier", "need", ["supplier_id"])
    op.create_index("need_purpose", "need", ["purpose", "id"])
    op.create_index("need_eligible", "need", ["eligible_partners"], postgresql_using="gin")


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("purposes", JSONB(), nullable=False),
        sa.Column("data_classes", JSONB(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.Column("superseded_at", MOMENT),
        sa.Column("papers_held", sa.Boolean(), nullable=False),
    )
    op.create_index("consent_supplier", "consent", ["supplier_id"])


def _referral() -> None:
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("awaits", sa.String()),
        sa.Column("answer_due_at", MOMENT),
        sa.Column("reminded_at", MOMENT),
        sa.Column("reason", sa.String()),
        sa.Column("questions", JSONB(), nullable=False),
        sa.Column("silent", sa.String()),
        sa.Column("ignored_answers", sa.Integer(), nullable=False),
        sa.Column("last_ignored", sa.String()),
        sa.Column("papers", JSONB()),
    )
    op.create_index("referral_supplier", "referral", ["supplier_id"])
    op.create_index("referral_partner", "referral", ["partner", "state", "id"])
