"""Several runs or machines on one page: their headlines as columns, then what differs."""

from collections.abc import Sequence
from statistics import median

from perfadvisor.formatting import count_of
from perfadvisor.model.gate import Comparison
from perfadvisor.report import gate_words, words
from perfadvisor.report.differing.differences import Differences
from perfadvisor.report.differing.text import summary
from perfadvisor.report.findings import entries
from perfadvisor.report.machine import subtitle
from perfadvisor.report.templates import templates
from perfadvisor.report.tiles import tiles
from perfadvisor.report.verdict import sentence
from perfadvisor.report.view import ReportView

ComparedRow = tuple[Comparison, tuple[Comparison | None, ...]]


def render(found: Differences, views: Sequence[ReportView]) -> str:
    """The page; it runs no chart library."""
    sides = [
        (name, view, subtitle(view), tiles(view), sentence(view, entries(view.findings)))
        for name, view in zip(found.names, views, strict=True)
    ]
    return (
        templates()
        .get_template("sides.html.j2")
        .render(
            found=found,
            sides=sides,
            summary=summary(found),
            results=_rows(found),
            words=words,
            gate_words=gate_words,
            median=median,
            count_of=count_of,
            version=views[0].version,
            now=views[0].now,
        )
    )


def _rows(found: Differences) -> list[ComparedRow]:
    """A row per metric: the comparison that has the first side's level, and that of each later side."""
    by_side = [{one.id: one for one in each} for each in found.results]
    ids = dict.fromkeys(id for side in by_side for id in side)
    return [(next(side[id] for side in by_side if id in side), tuple(side.get(id) for side in by_side)) for id in ids]
