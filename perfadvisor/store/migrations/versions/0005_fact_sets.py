"""Facts of machines in sets, each stored once: the machines of a fleet have most facts in common."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_HELD = """
INSERT INTO machine_report_sets (report_id, set_id)
SELECT machine_reports.id, machine_fact_sets.id FROM machine_reports
JOIN machine_fact_sets ON machine_fact_sets.content = 'report ' || machine_reports.id
"""
_FACTS = """
INSERT INTO machine_facts (set_id, name, subject, type, number, words)
SELECT machine_fact_sets.id, name, subject, type, number, words FROM machine_facts_before
JOIN machine_fact_sets ON machine_fact_sets.content = 'report ' || machine_facts_before.report_id
"""


def upgrade() -> None:
    """Create the tables; what was stored before becomes one set of each reading."""
    op.execute("CREATE TABLE machine_facts_before AS SELECT * FROM machine_facts")
    op.drop_table("machine_facts")
    _create_sets()
    _create_facts()
    op.execute("INSERT INTO machine_fact_sets (content) SELECT 'report ' || id FROM machine_reports")
    op.execute(_HELD)
    op.execute(_FACTS)
    op.drop_table("machine_facts_before")


def _create_sets() -> None:
    op.create_table(
        "machine_fact_sets",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("content", sa.String(64), nullable=False),
        sa.UniqueConstraint("content", name="machine_fact_sets_content"),
    )
    op.create_table(
        "machine_report_sets",
        sa.Column(
            "report_id",
            sa.Integer,
            sa.ForeignKey("machine_reports.id", name="machine_report_sets_report"),
            nullable=False,
        ),
        sa.Column(
            "set_id", sa.Integer, sa.ForeignKey("machine_fact_sets.id", name="machine_report_sets_set"), nullable=False
        ),
        sa.PrimaryKeyConstraint("report_id", "set_id", name="machine_report_sets_key"),
    )
    op.create_index("machine_report_sets_by_set", "machine_report_sets", ["set_id", "report_id"])


def _create_facts() -> None:
    op.create_table(
        "machine_facts",
        sa.Column(
            "set_id", sa.Integer, sa.ForeignKey("machine_fact_sets.id", name="machine_facts_set"), nullable=False
        ),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("type", sa.String(5), nullable=False),
        sa.Column("number", sa.Float(53)),
        sa.Column("words", sa.Text),
        sa.PrimaryKeyConstraint("set_id", "name", "subject", name="machine_facts_key"),
    )
    op.create_index("machine_facts_by_name", "machine_facts", ["name", "set_id"])
