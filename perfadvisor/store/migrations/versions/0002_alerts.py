"""Which changes were reported, so that each is reported once."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "alerts",
        sa.Column("change_id", sa.String(40), nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reported", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("change_id", "kind", name="alerts_key"),
    )
