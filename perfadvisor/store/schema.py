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

MACHINES = Table(
    "machines",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(200), nullable=False),
    UniqueConstraint("name", name="machines_name"),
)

MACHINE_REPORTS = Table(  # one reading of one machine
    "machine_reports",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("machine_id", Integer, ForeignKey("machines.id", name="machine_reports_machine"), nullable=False),
    Column("content", String(64), nullable=False),  # SHA-256 of what was judged
    Column("time", Float(53), nullable=False),  # by a clock that is believed
    Column("taken", Float(53), nullable=False),  # by the machine's own clock
    Column("received", Float(53), nullable=False),
    Column("source", Text, nullable=False),
    Column("version", String(40), nullable=False),
    Column("cohort", Text, nullable=False),
    Column("identity", Text, nullable=False),
    Column("environment", Text, nullable=False),
    UniqueConstraint("machine_id", "content", name="machine_reports_content"),
)
Index("machine_reports_by_time", MACHINE_REPORTS.c.machine_id, MACHINE_REPORTS.c.time)

MACHINE_FACT_SETS = Table(  # facts that belong together: the machines of a fleet have most of them in common
    "machine_fact_sets",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("content", String(64), nullable=False),  # SHA-256 of the facts
    UniqueConstraint("content", name="machine_fact_sets_content"),
)

MACHINE_REPORT_SETS = Table(  # the sets that make up the facts of a reading
    "machine_report_sets",
    METADATA,
    Column("report_id", Integer, ForeignKey("machine_reports.id", name="machine_report_sets_report"), nullable=False),
    Column("set_id", Integer, ForeignKey("machine_fact_sets.id", name="machine_report_sets_set"), nullable=False),
    PrimaryKeyConstraint("report_id", "set_id", name="machine_report_sets_key"),
)
Index("machine_report_sets_by_set", MACHINE_REPORT_SETS.c.set_id, MACHINE_REPORT_SETS.c.report_id)

MACHINE_FACTS = Table(
    "machine_facts",
    METADATA,
    Column("set_id", Integer, ForeignKey("machine_fact_sets.id", name="machine_facts_set"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("type", String(5), nullable=False),  # bool, int, float or str
    Column("number", Float(53)),  # of all but text; yes is 1
    Column("words", Text),  # of text, and of whole numbers that a float cannot hold
    PrimaryKeyConstraint("set_id", "name", "subject", name="machine_facts_key"),
)
Index("machine_facts_by_name", MACHINE_FACTS.c.name, MACHINE_FACTS.c.set_id)

MACHINE_CELLS = Table(
    "machine_cells",
    METADATA,
    Column("report_id", Integer, ForeignKey("machine_reports.id", name="machine_cells_report"), nullable=False),
    Column("workload", String(300), nullable=False),
    Column("environment", String(200), nullable=False),
    Column("metric", String(100), nullable=False),
    Column("unit", String(40), nullable=False),
    Column("better", String(10), nullable=False),
    Column("median", Float(53), nullable=False),
    Column("low", Float(53)),
    Column("high", Float(53)),
    Column("coverage", Float(53)),
    Column("runs", Integer, nullable=False),
    Column("trust", String(20), nullable=False),
    PrimaryKeyConstraint("report_id", "workload", "environment", "metric", name="machine_cells_key"),
)

MACHINE_FINDINGS = Table(
    "machine_findings",
    METADATA,
    Column("report_id", Integer, ForeignKey("machine_reports.id", name="machine_findings_report"), nullable=False),
    Column("rule", String(100), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("environment", String(200), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("title", Text, nullable=False),
    PrimaryKeyConstraint("report_id", "rule", "environment", "subject", name="machine_findings_key"),
)

MACHINE_DIGESTS = Table(  # of readings that were stored together, so that ten thousand are compared in a second
    "machine_digests",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("reports", Text, nullable=False),  # JSON list of their ids
    Column("digest", Text, nullable=False),
)
