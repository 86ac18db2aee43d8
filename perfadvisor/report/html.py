"""The report as one self-contained HTML page: it needs no network, and no script to be read."""

import shlex
from functools import partial
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from perfadvisor import formatting
from perfadvisor.packs.locate import shipped
from perfadvisor.report import charts, words
from perfadvisor.report.coverage import locked, not_applicable, passed
from perfadvisor.report.environments import environments, gap_words
from perfadvisor.report.findings import entries, severity_counts
from perfadvisor.report.latency import latencies
from perfadvisor.report.machine import devices, key_facts, shown, subtitle
from perfadvisor.report.matrix import matrices
from perfadvisor.report.provenance import commands, snapshots, took, trials
from perfadvisor.report.results import groups
from perfadvisor.report.topology import WIDTH, topology
from perfadvisor.report.verdict import verdict
from perfadvisor.report.view import ReportView

PLOTLY = "plotly-cartesian.min.js"


def render(view: ReportView) -> str:
    """The page. Raises nothing of its own: whatever a machine said is escaped and shown as text."""
    page = _templates().get_template("page.html.j2").render(_context(view))
    return page.encode("utf-8", "replace").decode("utf-8")  # an argv that is no UTF-8 holds lone surrogates


def _templates() -> Environment:
    folder = shipped("reports")
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,  # select_autoescape() leaves .html.j2 alone
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["verbatim"] = lambda name: Markup((folder / name).read_text("utf-8"))  # noqa: S704 - our files
    environment.filters.update(
        quantity=lambda estimate: formatting.quantity(estimate.median, estimate.unit),
        written=formatting.fact_text,
        measured=formatting.quantity,
        raw=formatting.raw,
        when=formatting.when,
        sample_map=lambda samples: {sample.metric: sample for sample in samples},
        shell=shlex.join,
        capital=lambda text: text[:1].upper() + text[1:],
    )
    return environment


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
        "shown": shown,
        "passed": passed(view),
        "locked": locked(view),
        "not_applicable": not_applicable(view),
        "commands": commands(view),
        "trials": trials(view),
        "snapshots": snapshots(view),
        "took": took(view),
    }
