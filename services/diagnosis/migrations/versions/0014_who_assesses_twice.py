"""who assesses twice"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEXES = {"diagnosis_calibrated": "standing", "diagnosis_lead": "lead", "diagnosis_second": "second"}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, column in INDEXES.items():
            op.create_index(name, "diagnosis", [column, "id"], if_not_exists=True, postgresql_concurrently=True)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "diagnosis")
