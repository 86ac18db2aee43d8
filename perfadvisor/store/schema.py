"""The tables. What changes here needs a migration in `migrations/versions`; a test compares the two."""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

RUNS = Table(
    "runs",
    METADATA,
    Column("id", String(300), primary_key=True),
    Column("started", Float(53), nullable=False),
    Column("commit_id", String(200), nullable=False),
    Column("source", Text, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("marks", Text, nullable=False),  # JSON object: name -> version
)

SERIES = Table(
    "series",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("workload", String(300), nullable=False),
    Column("metric", String(300), nullable=False),
    Column("environment", String(300), nullable=False),
    Column("fingerprint", String(300), nullable=False),
    Column("unit", String(100), nullable=False),
    Column("better", String(10), nullable=False),
    UniqueConstraint("workload", "metric", "environment", "fingerprint", name="series_key"),
)

POINTS = Table(
    "points",
    METADATA,
    Column("series_id", Integer, ForeignKey("series.id", name="points_series"), nullable=False),
    Column("run_id", String(300), ForeignKey("runs.id", name="points_run"), nullable=False),
    Column("time", Float(53), nullable=False),
    Column("value", Float(53), nullable=False),  # the median of the run's fresh runs
    Column("fresh_runs", Text, nullable=False),  # JSON list of their values
    PrimaryKeyConstraint("series_id", "run_id", name="points_key"),
)
Index("points_by_time", POINTS.c.series_id, POINTS.c.time)
Index("points_by_run", POINTS.c.run_id)

ALERTS = Table(
    "alerts",
    METADATA,
    Column("change_id", String(40), nullable=False),
    Column("series", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("reported", Float(53), nullable=False),
    PrimaryKeyConstraint("change_id", "kind", name="alerts_key"),
)
