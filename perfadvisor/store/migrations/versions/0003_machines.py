"""Machines of a fleet: what was read, measured and found on each, over time."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "machines",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.UniqueConstraint("name", name="machines_name"),
    )
    op.create_table(
        "machine_reports",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "machine_id", sa.Integer, sa.ForeignKey("machines.id", name="machine_reports_machine"), nullable=False
        ),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("time", sa.Float(53), nullable=False),
        sa.Column("taken", sa.Float(53), nullable=False),
        sa.Column("received", sa.Float(53), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("cohort", sa.Text, nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.UniqueConstraint("machine_id", "content", name="machine_reports_content"),
    )
    op.create_index("machine_reports_by_time", "machine_reports", ["machine_id", "time"])
    _create_facts()
    _create_cells()
    _create_findings()


def _report(table: str) -> sa.Column[int]:
    key = sa.ForeignKey("machine_reports.id", name=f"{table}_report")
    return sa.Column("report_id", sa.Integer, key, nullable=False)


def _create_facts() -> None:
    op.create_table(
        "machine_facts",
        _report("machine_facts"),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("type", sa.String(5), nullable=False),
        sa.Column("number", sa.Float(53)),
        sa.Column("words", sa.Text),
        sa.PrimaryKeyConstraint("report_id", "name", "subject", name="machine_facts_key"),
    )
    op.create_index("machine_facts_by_name", "machine_facts", ["name", "report_id"])


def _create_cells() -> None:
    op.create_table(
        "machine_cells",
        _report("machine_cells"),
        sa.Column("workload", sa.String(300), nullable=False),
        sa.Column("environment", sa.String(200), nullable=False),
        sa.Column("metric", sa.String(100), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("better", sa.String(10), nullable=False),
        sa.Column("median", sa.Float(53), nullable=False),
        sa.Column("low", sa.Float(53)),
        sa.Column("high", sa.Float(53)),
        sa.Column("coverage", sa.Float(53)),
        sa.Column("runs", sa.Integer, nullable=False),
        sa.Column("trust", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("report_id", "workload", "environment", "metric", name="machine_cells_key"),
    )


def _create_findings() -> None:
    op.create_table(
        "machine_findings",
        _report("machine_findings"),
        sa.Column("rule", sa.String(100), nullable=False),
        sa.Column("severity", sa.String(20), nullable=False),
        sa.Column("environment", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("report_id", "rule", "environment", "subject", name="machine_findings_key"),
    )
