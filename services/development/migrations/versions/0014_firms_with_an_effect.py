"""firms with an effect"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "candidate_effect",
            "candidate",
            ["id"],
            postgresql_where=sa.text("has_effect"),
            if_not_exists=True,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("candidate_effect", "candidate")
