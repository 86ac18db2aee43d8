"""Runs, series and points."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String(300), primary_key=True),
        sa.Column("started", sa.Float(53), nullable=False),
        sa.Column("commit_id", sa.String(200), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("marks", sa.Text, nullable=False),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("workload", sa.String(300), nullable=False),
        sa.Column("metric", sa.String(300), nullable=False),
        sa.Column("environment", sa.String(300), nullable=False),
        sa.Column("fingerprint", sa.String(300), nullable=False),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("better", sa.String(10), nullable=False),
        sa.UniqueConstraint("workload", "metric", "environment", "fingerprint", name="series_key"),
    )
    op.create_table(
        "points",
        sa.Column("series_id", sa.Integer, sa.ForeignKey("series.id", name="points_series"), nullable=False),
        sa.Column("run_id", sa.String(300), sa.ForeignKey("runs.id", name="points_run"), nullable=False),
        sa.Column("time", sa.Float(53), nullable=False),
        sa.Column("value", sa.Float(53), nullable=False),
        sa.Column("fresh_runs", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("series_id", "run_id", name="points_key"),
    )
    op.create_index("points_by_time", "points", ["series_id", "time"])
    op.create_index("points_by_run", "points", ["run_id"])
