"""what waits for whom"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEXES = {
    "diagnosis_assessor": (["assessor", "id"], None),
    "diagnosis_validator": (["validator", "id"], None),
    "diagnosis_unassigned": (["id"], "assessor IS NULL OR validator IS NULL"),
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, (columns, where) in INDEXES.items():
            op.create_index(
                name,
                "diagnosis",
                columns,
                postgresql_where=None if where is None else sa.text(where),
                if_not_exists=True,
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "diagnosis")
