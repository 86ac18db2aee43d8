"""The report as one self-contained HTML page: it needs no network, and no script to be read."""

from functools import partial
from typing import Any

from perfadvisor import formatting
from perfadvisor.report import charts, words
from perfadvisor.report.coverage import locked, not_applicable, passed
from perfadvisor.report.curves import curves
from perfadvisor.report.environments import environments, gap_words
from perfadvisor.report.findings import ASIDE, DOUBTS, accepted, accepted_words, entries, severity_counts
from perfadvisor.report.gain import gain_words
from perfadvisor.report.inventory import Chapter, chapters
from perfadvisor.report.judged import judged
from perfadvisor.report.latency import latencies
from perfadvisor.report.machine import devices, key_facts, shown, subtitle
from perfadvisor.report.matrix import matrices
from perfadvisor.report.passthrough import passthrough
from perfadvisor.report.proof import measure_again
from perfadvisor.report.provenance import commands, snapshots, took, trials
from perfadvisor.report.results import groups
from perfadvisor.report.templates import templates
from perfadvisor.report.tiles import tiles
from perfadvisor.report.topology import WIDTH, topology
from perfadvisor.report.verdict import sentence, verdict
from perfadvisor.report.view import ReportView

PLOTLY = "plotly-cartesian.min.js"


def render(view: ReportView) -> str:
    """The page. Raises nothing of its own: whatever a machine reports is escaped and shown as text."""
    return templates().get_template("page.html.j2").render(_context(view))


def _context(view: ReportView) -> dict[str, Any]:
    found = entries(view.findings)
    table = environments(view, found)
    results = groups(view)
    tables = {name: facts for name, facts in view.facts.items() if any(True for _ in facts)}
    machines = {name: (facts, _chapters(view, name, number)) for number, (name, facts) in enumerate(tables.items())}
    drawn = charts.charts(results, table)
    shown_tiles, numbered = tiles(view), tuple(enumerate(found, 1))
    return {
        "view": view,
        "words": words,
        "count_of": formatting.count_of,
        "subtitle": subtitle(view),
        "verdict": sentence(view, found) if shown_tiles else verdict(view, found),
        "tiles": shown_tiles,
        "findings": tuple(each for each in numbered if not each[1].doubt),
        "doubts": tuple(each for each in numbered if each[1].doubt),
        "notes": view.run.notes if view.run else (),
        "gain": partial(gain_words, view),
        "again": partial(measure_again, view),
        "accepted": accepted(view.findings),
        "accepted_words": accepted_words,
        "subsystems": tuple(sorted({entry.subsystem for entry in found if not entry.doubt})),
        "judged": judged(view),
        "doubts_heading": DOUBTS,
        "aside_heading": ASIDE,
        "counts": severity_counts([entry for entry in found if not entry.doubt]),
        "results": results,
        "curves": curves(view),
        "latencies": latencies,
        "matrices": partial(matrices, view),
        "charts": drawn,
        "figures": charts.payload(drawn),
        "plotly": PLOTLY if drawn else "",
        "comparison": table,
        "gap_words": gap_words,
        "machines": machines,
        "chapters": next(iter(machines.values()))[1] if machines else (),
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


def _chapters(view: ReportView, name: str, number: int) -> tuple[Chapter, ...]:
    return chapters(view.facts[name], view.interrupts.get(name), f"machine-{number}-" if number else "")
