"""The history as one self-contained HTML page: every series, its changes, and the commits around them."""

from collections.abc import Sequence
from dataclasses import dataclass

from perfadvisor.model.history import HistoryReport, Series, SeriesChange
from perfadvisor.report import history_text as words
from perfadvisor.report.history_chart import HEIGHT, WIDTH, SeriesChart, chart
from perfadvisor.report.templates import templates

MOST_SERIES = 200
AROUND = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesPicture:
    """One series with its picture and its changes, each with the points around it."""

    series: Series
    chart: SeriesChart
    changes: tuple[tuple[SeriesChange, tuple[int, ...]], ...]


def history_html(series: Sequence[Series], report: HistoryReport) -> str:
    """The page; series that alert come first, then those that changed, then the others, at most 200."""
    named: dict[str, list[SeriesChange]] = {}
    for change in report.changes:
        named.setdefault(change.series, []).append(change)
    by_series = {id(one): tuple(_of(one, named.get(one.key.name, ()))) for one in series}
    ordered = sorted(series, key=lambda one: _weight(by_series[id(one)]))
    shown = [_shown(one, by_series[id(one)]) for one in ordered[:MOST_SERIES] if one.values]
    return (
        templates()
        .get_template("history.html.j2")
        .render(report=report, shown=shown, words=words, left_out=len(series) - len(shown), width=WIDTH, height=HEIGHT)
    )


def _of(series: Series, named: Sequence[SeriesChange]) -> list[SeriesChange]:
    """Several series share a name where the hardware changed; the time of a change tells them apart."""
    return [c for c in named if c.index < len(series.times) and series.times[c.index] == c.time]


def _weight(changes: Sequence[SeriesChange]) -> tuple[bool, bool]:
    return not any(change.alerting for change in changes), not changes


def _shown(series: Series, changes: Sequence[SeriesChange]) -> SeriesPicture:
    around = (range(max(c.index - AROUND, 0), min(c.index + AROUND, len(series.values))) for c in changes)
    return SeriesPicture(
        series=series,
        chart=chart(series, changes),
        changes=tuple((change, tuple(near)) for change, near in zip(changes, around, strict=True)),
    )
