"""firms that an anchor knows"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "candidate_introduced",
            "candidate",
            ["anchor_id", "supplier_id"],
            postgresql_where="introduced",
            if_not_exists=True,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("candidate_introduced", table_name="candidate", if_exists=True, postgresql_concurrently=True)
