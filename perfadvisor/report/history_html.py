"""The history as one self-contained HTML page: every series, its changes by size, and the commits around them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, log
from urllib.parse import quote

from perfadvisor.formatting import count_of
from perfadvisor.model.history import HistoryReport, Series, SeriesChange
from perfadvisor.model.workload import VARIED
from perfadvisor.report import history_text as words
from perfadvisor.report.figures import TEMPLATES
from perfadvisor.report.history_chart import HEIGHT, WIDTH, SeriesChart, chart
from perfadvisor.report.history_figures import explored
from perfadvisor.report.html import PLOTLY
from perfadvisor.report.templates import templates

MOST_SERIES = 200
AROUND = 3
COMMIT = "{commit}"  # its place in the address of a commit


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesPicture:
    """One series with its picture and its changes, each with the points around it. `toggles` are what it can be
    switched off by: its environment, metric and parameters."""

    number: int
    series: Series
    chart: SeriesChart
    changes: tuple[tuple[SeriesChange, tuple[int, ...]], ...]
    toggles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RankedChange:
    """A change and the picture it is in."""

    change: SeriesChange
    number: int


def history_html(series: Sequence[Series], report: HistoryReport, commit_url: str = "") -> str:
    """The page; series that alert come first, then those that changed, then the others, at most 200. `commit_url` is
    the address of a commit with `{commit}` in place of its id, "" where there is none to link to."""
    shown = _shown(series, report)
    figures = explored([(f"series-{one.number}-chart", one.series, _changes(one)) for one in shown])
    context = {
        "report": report,
        "shown": shown,
        "ranked": sorted(_ranked(shown), key=_size),
        "toggles": _toggles(shown),
        "words": words,
        "count_of": count_of,
        "link": _linked(commit_url),
        "left_out": len(series) - len(shown),
        "width": WIDTH,
        "height": HEIGHT,
        "plotly": PLOTLY if figures else "",
        "figures": {"templates": TEMPLATES, "figures": figures},
    }
    return templates().get_template("history.html.j2").render(context)


def _shown(series: Sequence[Series], report: HistoryReport) -> list[SeriesPicture]:
    named: dict[str, list[SeriesChange]] = {}
    for change in report.changes:
        named.setdefault(change.series, []).append(change)
    by_series = {id(one): tuple(_of(one, named.get(one.key.name, ()))) for one in series}
    ordered = sorted(series, key=lambda one: _weight(by_series[id(one)]))
    known = [one for one in ordered[:MOST_SERIES] if one.values]
    return [_picture(number, one, by_series[id(one)]) for number, one in enumerate(known, 1)]


def _of(series: Series, named: Sequence[SeriesChange]) -> list[SeriesChange]:
    """Several series share a name where the hardware changed; the time of a change tells them apart."""
    return [c for c in named if c.index < len(series.times) and series.times[c.index] == c.time]


def _weight(changes: Sequence[SeriesChange]) -> tuple[bool, bool]:
    return not any(change.alerting for change in changes), not changes


def _picture(number: int, series: Series, changes: Sequence[SeriesChange]) -> SeriesPicture:
    around = (range(max(c.index - AROUND, 0), min(c.index + AROUND, len(series.values))) for c in changes)
    return SeriesPicture(
        number=number,
        series=series,
        chart=chart(series, changes),
        changes=tuple((change, tuple(near)) for change, near in zip(changes, around, strict=True)),
        toggles=tuple(_toggles_of(series)),
    )


def _changes(one: SeriesPicture) -> tuple[SeriesChange, ...]:
    return tuple(change for change, _ in one.changes)


def _toggles_of(series: Series) -> Iterator[tuple[str, str]]:
    """(name, value) of what tells it from others: "parameters" are those that were changed for one run."""
    key = series.key
    parameters = VARIED.join(key.workload.split(VARIED)[1:])
    for name, value in (("environment", key.environment), ("metric", key.metric), ("parameters", parameters)):
        if value:
            yield name, value


def _toggles(shown: Sequence[SeriesPicture]) -> dict[str, list[str]]:
    """What can be switched on and off: each name with its values, where there are several to tell apart."""
    found: dict[str, set[str]] = {}
    for one in shown:
        for name, value in one.toggles:
            found.setdefault(name, set()).add(value)
    return {name: sorted(values) for name, values in found.items() if len(values) > 1}


def _ranked(shown: Sequence[SeriesPicture]) -> Iterator[RankedChange]:
    for one in shown:
        for change in _changes(one):
            yield RankedChange(change=change, number=one.number)


def _size(one: RankedChange) -> tuple[bool, bool, float]:
    """Regressions first, then what may be one, then the others; the largest first."""
    change = one.change
    return change.worse is False, change.worse is None, -_distance(change)


def _distance(change: SeriesChange) -> float:
    """How far the new level is from the old, on a scale on which half and double are equally far."""
    if change.ratio is not None and change.ratio > 0:
        return abs(log(change.ratio))
    distance = abs(change.after - change.before)
    return distance if isfinite(distance) else 0.0


def _linked(commit_url: str) -> Callable[[str], str]:
    return lambda commit: commit_url.replace(COMMIT, quote(commit, safe="")) if commit and commit_url else ""
