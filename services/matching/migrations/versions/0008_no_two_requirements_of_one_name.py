"""no two requirements of one name"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "requirement_reference",
            "requirement",
            ["anchor_id", "reference"],
            unique=True,
            postgresql_where=sa.text("reference IS NOT NULL"),
            if_not_exists=True,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("requirement_reference", "requirement")
