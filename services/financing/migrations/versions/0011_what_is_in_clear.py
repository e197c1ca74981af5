"""what is in clear"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

IN_CLEAR = " OR ".join(
    f"""jsonb_path_exists({column}, '$[*].papers ? (@.type() == "object")')""" for column in ("consents", "referrals")
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "case_in_clear",
            "financing_case",
            ["id"],
            if_not_exists=True,
            postgresql_concurrently=True,
            postgresql_where=sa.text(IN_CLEAR),
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("case_in_clear", table_name="financing_case", if_exists=True, postgresql_concurrently=True)
