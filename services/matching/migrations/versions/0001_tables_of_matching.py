"""The messages' tables and those of the stage."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.messaging import tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for statement in tables.STATEMENTS:
        op.execute(statement)
    _anchor()
    _requirement()
    _offering()
    _match()


def downgrade() -> None:
    own = ("match", "offering_area", "offering", "demand_revision", "requirement", "anchor")
    for name in (*own, *tables.NAMES):
        op.drop_table(name)
    op.execute("DROP SEQUENCE journal_id_seq")


def _anchor() -> None:
    op.create_table(
        "anchor",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.String()),
        sa.Column("name", sa.String()),
        sa.Column("states", JSONB(), nullable=False),
        sa.Column("joined_at", MOMENT),
        sa.Column("left_at", MOMENT),
    )


def _requirement() -> None:
    op.create_table(
        "requirement",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("anchor_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("open_until", sa.Date(), nullable=False),
        sa.Column("specification", JSONB(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("closed_reason", sa.String()),
    )
    op.create_index("requirement_area", "requirement", ["area", "id"])
    op.create_index("requirement_anchor", "requirement", ["anchor_id", "id"])
    op.create_index("requirement_open", "requirement", ["id"], postgresql_where=sa.text("status = 'open'"))
    op.create_table(
        "demand_revision",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("revision", sa.Uuid(), nullable=False),
    )


def _offering() -> None:
    op.create_table(
        "offering",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("profile", JSONB()),
        sa.Column("withdrawn_at", MOMENT),
        sa.Column("diagnosis", JSONB()),
        sa.Column("alignment", JSONB()),
        sa.Column("matches", JSONB(), nullable=False),
    )
    op.create_table(
        "offering_area",
        sa.Column("area", sa.String(), primary_key=True),
        sa.Column("offering_id", sa.Uuid(), primary_key=True),
        sa.Column("aligned", sa.Boolean(), nullable=False),
    )
    op.create_index("offering_area_offering", "offering_area", ["offering_id"])


def _match() -> None:
    op.create_table(
        "match",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("anchor_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("registered_at", MOMENT, nullable=False),
        sa.Column("detail", JSONB(), nullable=False),
    )
    in_rank = ["requirement_id", sa.text("score DESC"), "grade", "registered_at", "offering_id"]
    op.create_index("match_requirement", "match", in_rank)
    op.create_index("match_offering", "match", ["offering_id"])
    op.create_index("match_area", "match", ["area"])
