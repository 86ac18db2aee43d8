"""The report as one self-contained HTML page: it needs no network, and no script to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from perfadvisor import formatting
from perfadvisor.model.fact import FactTable
from perfadvisor.report import charts, words
from perfadvisor.report.coverage import locked, not_applicable, passed
from perfadvisor.report.curves import curves
from perfadvisor.report.drift import drift
from perfadvisor.report.environments import environments, gap_words
from perfadvisor.report.findings import ASIDE, DOUBTS, Entry, accepted, accepted_words, entries, severity_counts
from perfadvisor.report.gain import gain_words
from perfadvisor.report.inventory import Chapter, chapters
from perfadvisor.report.judged import judged
from perfadvisor.report.latency import latencies
from perfadvisor.report.machine import devices, key_facts, shown, subtitle
from perfadvisor.report.matrix import matrices
from perfadvisor.report.passthrough import passthrough
from perfadvisor.report.pcie_tree import RootComplex, root_complexes
from perfadvisor.report.proof import measure_again
from perfadvisor.report.provenance import commands, snapshots, took, trials
from perfadvisor.report.results import groups
from perfadvisor.report.templates import templates
from perfadvisor.report.tiles import tiles
from perfadvisor.report.topology import WIDTH, topology
from perfadvisor.report.verdict import sentence, verdict
from perfadvisor.report.view import ReportView

PLOTLY = "plotly-cartesian.min.js"
Context = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineSection:
    """A machine as the page shows it: its facts, the chapters of its inventory, and its PCI hierarchy."""

    facts: FactTable
    chapters: tuple[Chapter, ...]
    complexes: tuple[RootComplex, ...]


def render(view: ReportView) -> str:
    """The page. Raises nothing of its own: whatever a machine reports is escaped and shown as text."""
    return templates().get_template("page.html.j2").render(_context(view))


def _context(view: ReportView) -> Context:
    found = entries(view.findings)
    return {
        "view": view,
        "words": words,
        "count_of": formatting.count_of,
        "subtitle": subtitle(view),
        **_answer(view, found),
        **_findings(view, found),
        **_results(view, found),
        **_machines(view),
        **_coverage(view),
        **_provenance(view),
    }


def _answer(view: ReportView, found: Sequence[Entry]) -> Context:
    """The first screen."""
    shown_tiles = tiles(view)
    return {"tiles": shown_tiles, "verdict": sentence(view, found) if shown_tiles else verdict(view, found)}


def _findings(view: ReportView, found: Sequence[Entry]) -> Context:
    numbered = tuple(enumerate(found, 1))
    judging = [entry for entry in found if not entry.doubt]
    return {
        "findings": tuple(each for each in numbered if not each[1].doubt),
        "doubts": tuple(each for each in numbered if each[1].doubt),
        "notes": view.run.notes if view.run else (),
        "gain": partial(gain_words, view),
        "again": partial(measure_again, view),
        "accepted": accepted(view.findings),
        "accepted_words": accepted_words,
        "subsystems": tuple(sorted({entry.subsystem for entry in judging})),
        "doubts_heading": DOUBTS,
        "aside_heading": ASIDE,
        "counts": severity_counts(judging),
    }


def _results(view: ReportView, found: tuple[Entry, ...]) -> Context:
    """Tables, the still pictures beside them, and the charts to explore; without charts there is no chart library."""
    table, results, found_curves, course = environments(view, found), groups(view), curves(view), drift(view)
    drawn = charts.charts(results, table, found_curves, course, several=len(view.environments) > 1)
    return {
        "results": results,
        "curves": found_curves,
        "course": course,
        "latencies": latencies,
        "matrices": partial(matrices, view),
        "charts": drawn,
        "figures": charts.payload(drawn),
        "plotly": PLOTLY if drawn else "",
        "comparison": table,
        "gap_words": gap_words,
    }


def _machines(view: ReportView) -> Context:
    known = [(name, facts) for name, facts in view.facts.items() if any(True for _ in facts)]
    machines = {name: _section(view, name, facts, number) for number, (name, facts) in enumerate(known)}
    return {
        "machines": machines,
        "first_machine": next(iter(machines.values()), None),
        "topology": topology,
        "topology_width": WIDTH,
        "key_facts": key_facts,
        "devices": devices,
        "passthrough": passthrough,
        "shown": shown,
    }


def _section(view: ReportView, name: str, facts: FactTable, number: int) -> MachineSection:
    prefix = f"machine-{number}-" if number else ""
    return MachineSection(
        facts=facts,
        chapters=chapters(facts, view.interrupts.get(name), prefix),
        complexes=root_complexes(facts),
    )


def _coverage(view: ReportView) -> Context:
    return {
        "judged": judged(view),
        "passed": passed(view),
        "locked": locked(view),
        "not_applicable": not_applicable(view),
    }


def _provenance(view: ReportView) -> Context:
    return {"commands": commands(view), "trials": trials(view), "snapshots": snapshots(view), "took": took(view)}
