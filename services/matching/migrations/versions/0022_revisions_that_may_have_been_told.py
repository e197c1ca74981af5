"""revisions that may have been told"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SEQUENCE revision_floor MINVALUE 0 START 0")


def downgrade() -> None:
    op.execute("DROP SEQUENCE revision_floor")
