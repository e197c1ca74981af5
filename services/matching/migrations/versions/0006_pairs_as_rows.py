"""pairs as rows"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

AREAS = tuple(f"P{number:02}" for number in range(1, 36))
"""Each has a partition, other areas one together."""


def upgrade() -> None:
    _judged()
    _pairs()
    op.create_table(
        "area_revision",
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("revision", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("area"),
    )
    op.create_table(
        "telling",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.alter_column("offering", "matches", server_default=sa.text("'[]'"))
    op.add_column("offering", sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False))
    counts = postgresql.JSONB(astext_type=sa.Text())
    op.add_column("offering", sa.Column("aligned", counts, server_default=sa.text("'{}'"), nullable=False))


def downgrade() -> None:
    op.drop_column("offering", "aligned")
    op.drop_column("offering", "revision")
    op.alter_column("offering", "matches", server_default=None)
    for name in ("telling", "area_revision", "due", "pair", "open_demand", "process_offer"):
        op.drop_table(name)


def _judged() -> None:
    op.create_table(
        "process_offer",
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("met", _array(sa.BigInteger()), nullable=False),
        sa.Column("near", _array(sa.BigInteger()), nullable=False),
        sa.Column("unmapped", sa.Boolean(), nullable=False),
        sa.Column("side_1", sa.Integer(), nullable=True),
        sa.Column("side_2", sa.Integer(), nullable=True),
        sa.Column("side_3", sa.Integer(), nullable=True),
        sa.Column("force_t", sa.Integer(), nullable=True),
        sa.Column("tolerance_um", sa.Integer(), nullable=True),
        sa.Column("free_capacity", sa.Integer(), nullable=True),
        sa.Column("lead_time_days", sa.Integer(), nullable=True),
        sa.Column("special", _array(sa.String()), nullable=False),
        sa.Column("special_until", _array(sa.Date()), nullable=False),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("barred", sa.Boolean(), nullable=False),
        sa.Column("looked_up", sa.Boolean(), nullable=False),
        sa.Column("qms", sa.SmallInteger(), nullable=False),
        sa.Column("qms_until", sa.Date(), nullable=True),
        sa.Column("ppm_12m", sa.Integer(), nullable=True),
        sa.Column("otif_bp_12m", sa.Integer(), nullable=True),
        sa.Column("regional_value_bp", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("area", "offering_id", "position"),
        postgresql_partition_by="LIST (area)",
    )
    _partitions("process_offer")
    op.create_table(
        "open_demand",
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("met", _array(sa.BigInteger()), nullable=False),
        sa.Column("near", _array(sa.BigInteger()), nullable=False),
        sa.Column("unmapped", sa.Boolean(), nullable=False),
        sa.Column("side_1", sa.Integer(), nullable=True),
        sa.Column("side_2", sa.Integer(), nullable=True),
        sa.Column("side_3", sa.Integer(), nullable=True),
        sa.Column("force_t", sa.Integer(), nullable=True),
        sa.Column("tolerance_um", sa.Integer(), nullable=True),
        sa.Column("annual_volume", sa.Integer(), nullable=False),
        sa.Column("lead_time_days", sa.Integer(), nullable=True),
        sa.Column("special", _array(sa.String()), nullable=False),
        sa.Column("qms", sa.SmallInteger(), nullable=False),
        sa.Column("qms_waivable", sa.Boolean(), nullable=False),
        sa.Column("plant_state", sa.String(), nullable=True),
        sa.Column("near_states", _array(sa.String()), nullable=False),
        sa.Column("ppm_max", sa.Integer(), nullable=True),
        sa.Column("otif_bp_min", sa.Integer(), nullable=True),
        sa.Column("regional_value_bp_min", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("requirement_id"),
    )
    op.create_index("open_demand_area", "open_demand", ["area"])


def _pairs() -> None:
    op.create_table(
        "pair",
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.SmallInteger(), nullable=False),
        sa.Column("unknown", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("area", "offering_id", "requirement_id"),
        postgresql_partition_by="LIST (area)",
    )
    op.create_index("pair_requirement", "pair", ["requirement_id", "offering_id"])
    _partitions("pair")
    op.create_table(
        "due",
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("told", sa.String(), nullable=True),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("requirement_id", "offering_id"),
    )
    op.create_index("due_offering", "due", ["offering_id"])


def _array(of: sa.types.TypeEngine[object]) -> postgresql.ARRAY[object]:
    return postgresql.ARRAY(of)


def _partitions(table: str) -> None:
    for area in AREAS:
        op.execute(f"CREATE TABLE {table}_of_{area.lower()} PARTITION OF {table} FOR VALUES IN ('{area}')")
    op.execute(f"CREATE TABLE {table}_of_others PARTITION OF {table} DEFAULT")
