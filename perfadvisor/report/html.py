"""The report as one self-contained HTML page: it needs no network, and no script to be read."""

from functools import partial
from typing import Any

from perfadvisor import formatting
from perfadvisor.report import charts, words
from perfadvisor.report.coverage import locked, not_applicable, passed
from perfadvisor.report.environments import environments, gap_words
from perfadvisor.report.findings import ASIDE, DOUBTS, entries, severity_counts
from perfadvisor.report.judged import judged
from perfadvisor.report.latency import latencies
from perfadvisor.report.machine import devices, key_facts, shown, subtitle
from perfadvisor.report.matrix import matrices
from perfadvisor.report.passthrough import passthrough
from perfadvisor.report.provenance import commands, snapshots, took, trials
from perfadvisor.report.results import groups
from perfadvisor.report.templates import templates
from perfadvisor.report.topology import WIDTH, topology
from perfadvisor.report.verdict import verdict
from perfadvisor.report.view import ReportView

PLOTLY = "plotly-cartesian.min.js"


def render(view: ReportView) -> str:
    """The page. Raises nothing of its own: whatever a machine said is escaped and shown as text."""
    return templates().get_template("page.html.j2").render(_context(view))


def _context(view: ReportView) -> dict[str, Any]:
    found = entries(view.findings)
    table = environments(view, found)
    results = groups(view)
    tables = {name: facts for name, facts in view.facts.items() if any(True for _ in facts)}
    drawn = charts.charts(results, table)
    return {
        "view": view,
        "words": words,
        "count_of": formatting.count_of,
        "subtitle": subtitle(view),
        "verdict": verdict(view, found),
        "entries": found,
        "judged": judged(view),
        "doubts_heading": DOUBTS,
        "aside_heading": ASIDE,
        "counts": severity_counts(found),
        "results": results,
        "latencies": latencies,
        "matrices": partial(matrices, view),
        "charts": drawn,
        "figures": charts.payload(drawn),
        "plotly": PLOTLY if drawn else "",
        "comparison": table,
        "gap_words": gap_words,
        "machines": tables,
        "topology": topology,
        "topology_width": WIDTH,
        "key_facts": key_facts,
        "devices": devices,
        "passthrough": passthrough,
        "shown": shown,
        "passed": passed(view),
        "locked": locked(view),
        "not_applicable": not_applicable(view),
        "commands": commands(view),
        "trials": trials(view),
        "snapshots": snapshots(view),
        "took": took(view),
    }
