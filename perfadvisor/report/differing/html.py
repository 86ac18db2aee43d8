"""Several runs or machines on one page: their headlines as columns, then what differs."""

from collections.abc import Sequence
from dataclasses import dataclass

from perfadvisor.formatting import NO_VALUE, count_of, interval
from perfadvisor.model.gate import Comparison
from perfadvisor.model.result import Estimate, Trust
from perfadvisor.report import gate_words, words
from perfadvisor.report.differing.changes import NOT_ASKED
from perfadvisor.report.differing.differences import Differences
from perfadvisor.report.differing.text import summary
from perfadvisor.report.findings import entries
from perfadvisor.report.machine import subtitle
from perfadvisor.report.parts import SentencePart
from perfadvisor.report.templates import templates
from perfadvisor.report.tiles import Tile, tiles
from perfadvisor.report.verdict import sentence
from perfadvisor.report.view import ReportView


@dataclass(frozen=True, kw_only=True, slots=True)
class SideColumn:
    """One side's column: what it is, its tiles (none where nothing was measured) and its verdict."""

    name: str
    host: str
    about: str
    tiles: tuple[Tile, ...]
    verdict: tuple[SentencePart, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """One metric on one side in words: its level, its interval, its trust, and its change against the first side with
    the interval of that, or why there is none."""

    level: str
    interval: str
    trust: Trust | None
    change: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelRow:
    """One metric of one workload on all sides."""

    id: str
    better: str
    levels: tuple[Level, ...]


def render(found: Differences, views: Sequence[ReportView]) -> str:
    """The page; it runs no chart library."""
    context = {
        "found": found,
        "sides": [_column(name, view) for name, view in zip(found.names, views, strict=True)],
        "summary": summary(found),
        "results": _rows(found, views),
        "not_asked": NOT_ASKED,
        "words": words,
        "count_of": count_of,
        "version": views[0].version,
        "now": views[0].now,
    }
    return templates().get_template("sides.html.j2").render(context)


def _column(name: str, view: ReportView) -> SideColumn:
    return SideColumn(
        name=name,
        host=view.host_name,
        about=subtitle(view),
        tiles=tiles(view),
        verdict=sentence(view, entries(view.findings)),
    )


def _rows(found: Differences, views: Sequence[ReportView]) -> list[LevelRow]:
    """A row per metric that the first side and any later one have."""
    by_side = [{one.id: one for one in each} for each in found.results]
    known = [_measured(view) for view in views]
    rows = []
    for id in dict.fromkeys(id for side in by_side for id in side):
        first = next(side[id] for side in by_side if id in side)
        levels = [_level(first.baseline, first, known[0].get(id), "")]
        levels += [_later(side.get(id), mine.get(id)) for side, mine in zip(by_side, known[1:], strict=True)]
        rows.append(LevelRow(id=id, better=first.better, levels=tuple(levels)))
    return rows


def _later(one: Comparison | None, measured: "Measured | None") -> Level:
    if one is None:
        return Level(level=NO_VALUE, interval="", trust=None, change="")
    known = one.ratio is not None and one.low is not None
    return _level(one.candidate, one, measured, gate_words.change(one) if known else one.explanation or "no interval")


Measured = tuple[Estimate, Trust]


def _level(values: Sequence[float], one: Comparison, measured: Measured | None, change: str) -> Level:
    estimate, trust = measured or (None, None)
    ends = interval(estimate.low, estimate.high, estimate.unit, like=estimate.median) if estimate else ""
    return Level(
        level=gate_words.level(values, one.unit),
        interval="" if ends == NO_VALUE else ends,
        trust=trust,
        change=change,
    )


def _measured(view: ReportView) -> dict[str, Measured]:
    """What a side measured, by the id that comparisons have; `@environment` stands there where it has several."""
    several = len({cell.environment for cell in view.cells}) > 1
    return {
        f"{cell.workload}{f'@{cell.environment}' if several else ''}/{estimate.metric}": (estimate, cell.trust)
        for cell in view.cells
        for estimate in cell.estimates
    }
