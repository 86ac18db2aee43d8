"""What a comparison needs of machines that were stored together, beside their rows."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "machine_digests",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("reports", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
