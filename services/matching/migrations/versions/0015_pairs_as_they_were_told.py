"""pairs as they were told"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
contract = "no release wrote them: nothing is installed yet"


def upgrade() -> None:
    op.drop_index("pair_requirement", table_name="pair")
    op.add_column("due", sa.Column("area", sa.String(), nullable=True))
    op.add_column("due", sa.Column("points", sa.SmallInteger(), nullable=True))
    op.add_column("due", sa.Column("unknown", sa.SmallInteger(), nullable=True))
    op.add_column("due", sa.Column("asks", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.drop_column("due", "told")
    op.drop_column("due", "differs")


def downgrade() -> None:
    op.add_column("due", sa.Column("differs", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("due", sa.Column("told", sa.String(), nullable=True))
    for name in ("asks", "unknown", "points", "area"):
        op.drop_column("due", name)
    op.create_index("pair_requirement", "pair", ["requirement_id", "offering_id"])
