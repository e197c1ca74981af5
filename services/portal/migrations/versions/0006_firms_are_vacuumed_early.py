"""firms are vacuumed early: what counts them reads an index alone only where nothing changed since"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE firm SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE firm RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)")
