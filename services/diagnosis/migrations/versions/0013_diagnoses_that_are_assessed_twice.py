"""diagnoses that are assessed twice"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pair",
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=False),
        sa.Column("first_by", sa.String(), nullable=False),
        sa.Column("second_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("supplier_id", "round", "question"),
    )
    op.create_index("pair_instrument", "pair", ["instrument"], unique=False)
    op.add_column("diagnosis", sa.Column("calibration", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    for name in ("second", "lead", "standing"):
        op.add_column("diagnosis", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    for name in ("standing", "lead", "second", "calibration"):
        op.drop_column("diagnosis", name)
    op.drop_index("pair_instrument", table_name="pair")
    op.drop_table("pair")
