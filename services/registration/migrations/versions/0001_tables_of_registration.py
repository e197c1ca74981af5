"""Tables of registration."""

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
    op.execute(sa.schema.CreateSequence(sa.Sequence("supplier_folio")))
    op.create_table(
        "supplier",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("folio", sa.String(), nullable=False, unique=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rfc", sa.String(), nullable=False),
        sa.Column("legal_name", sa.String(), nullable=False),
        sa.Column("contact", JSONB()),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("scian", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("municipality", sa.String()),
        sa.Column("operating_since", sa.Date(), nullable=False),
        sa.Column("exports", sa.Boolean(), nullable=False),
        sa.Column("workers", sa.Integer(), nullable=False),
        sa.Column("annual_sales_mxn", sa.Numeric(16, 2), nullable=False),
        sa.Column("tax_opinion", sa.String(), nullable=False),
        sa.Column("offering", JSONB(), nullable=False),
        sa.Column("size", JSONB(), nullable=False),
        sa.Column("screening", JSONB(), nullable=False),
        sa.Column("holds", JSONB(), nullable=False),
        sa.Column("confirmations", JSONB(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawal", sa.String()),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("took_part", JSONB(), nullable=False),
        sa.Column("disputed", sa.Boolean(), nullable=False),
    )
    one_of_an_rfc = sa.text("status <> 'withdrawn' AND NOT disputed")
    op.create_index("supplier_rfc", "supplier", ["rfc"], unique=True, postgresql_where=one_of_an_rfc)
    op.create_index("supplier_of_rfc", "supplier", ["rfc", "id"])
    op.create_index("supplier_status", "supplier", ["status", "id"])
    op.create_table(
        "claim",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("profile", JSONB()),
        sa.Column("code", JSONB(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("email", sa.String()),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("code", JSONB(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.String()),
        sa.Column("joined_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )
    op.create_index("person_of_supplier", "person", ["supplier_id", "id"])
    op.create_index("person_joined", "person", ["subject"], unique=True, postgresql_where=sa.text("status = 'joined'"))
    op.create_index("person_subject", "person", ["subject"])
    op.create_table(
        "anchor",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False, unique=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("states", JSONB(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("departure", sa.String()),
        sa.Column("left_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "screening_list",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("list_date", sa.Date(), nullable=False, unique=True),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loading", sa.Uuid(), nullable=False),
        sa.Column("firms", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
    )
    op.create_table(
        "screening_entry",
        sa.Column("loading", sa.Uuid(), primary_key=True),
        sa.Column("rfc", sa.String(), primary_key=True),
        sa.Column("situation", sa.String(), nullable=False),
    )


def downgrade() -> None:
    for name in ("screening_entry", "screening_list", "anchor", "person", "claim", "supplier"):
        op.drop_table(name)
    op.execute(sa.schema.DropSequence(sa.Sequence("supplier_folio")))
    for name in tables.NAMES:
        op.execute(f"DROP TABLE IF EXISTS {name} CASCADE")
    op.execute("DROP SEQUENCE journal_id_seq")
