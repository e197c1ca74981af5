"""what requests have in clear"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

IN_CLEAR = (
    "(wanted <> '' AND NOT starts_with(wanted, 'sealed:')) OR NOT starts_with(answer, 'sealed:')"
    """ OR jsonb_path_exists(extensions, '$[*].reason ? (@ != "" && !(@ starts with "sealed:"))')"""
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "arco_request_in_clear",
            "arco_request",
            ["id"],
            if_not_exists=True,
            postgresql_concurrently=True,
            postgresql_where=sa.text(IN_CLEAR),
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("arco_request_in_clear", table_name="arco_request", if_exists=True, postgresql_concurrently=True)
