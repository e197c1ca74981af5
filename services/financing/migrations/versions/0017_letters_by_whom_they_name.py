"""letters by whom they name"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "dead_letter_about",
            "dead_letter",
            ["about"],
            postgresql_using="gin",
            if_not_exists=True,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("dead_letter_about", table_name="dead_letter", if_exists=True, postgresql_concurrently=True)
