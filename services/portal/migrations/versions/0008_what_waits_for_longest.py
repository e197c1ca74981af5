"""what waits for longest in each queue"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITING = ("waits_assessment", "waits_validation", "waits_plan")
INDEXES = {
    "candidate_unanswered": ("candidate", ["anchor_id", "found_at"], "introduced AND standing = 'found'"),
    **{f"firm_{name}": ("firm", [name], f"{name} IS NOT NULL") for name in WAITING},
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, (table, columns, of) in INDEXES.items():
            op.create_index(name, table, columns, postgresql_where=of, if_not_exists=True, postgresql_concurrently=True)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name, (table, *_) in INDEXES.items():
            op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
