"""Which charts a page holds, each under the id of the place it is drawn in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from perfadvisor.report import figures, line_figures
from perfadvisor.report.curves import CurveView
from perfadvisor.report.drift import Drift
from perfadvisor.report.environments import EnvironmentTable
from perfadvisor.report.latency import Bin, histogram, histogram_metrics
from perfadvisor.report.percentiles import PercentileChart, percentile_charts
from perfadvisor.report.results import ResultGroup, ResultRow, left_out
from perfadvisor.report.words import metric_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """One chart: the plotly figure, what it shows in words, and what its still picture is drawn from: the bins of a
    histogram, or the lines of percentiles."""

    id: str
    words: str
    figure: figures.Figure
    bins: tuple[Bin, ...] = ()
    percentiles: PercentileChart | None = None

    @property
    def bars(self) -> tuple[float, ...]:
        """The bins' heights between 0 and 1, logarithmic, for the picture that needs no script."""
        top = log10(max((each.count for each in self.bins), default=1) + 1)
        return tuple(round(log10(each.count + 1) / top, 3) if top else 0.0 for each in self.bins)


def charts(
    groups: Sequence[ResultGroup],
    table: EnvironmentTable | None,
    curves: Sequence[CurveView] = (),
    course: Drift | None = None,
    *,
    several: bool = False,
) -> dict[str, tuple[Chart, ...]]:
    """The charts by place: a row's anchor, the percentiles of a group, a curve, "course" or "environments"; places
    without a chart are left out. `several` says that there are several environments."""
    found = {row.anchor: tuple(_of_row(row)) for group in groups for row in group.rows}
    for number, group in enumerate(groups, 1):
        found[f"percentiles-{number}"] = tuple(_percentiles(number, group, several=several))
    found |= {
        f"curve-{number}": tuple(_of_curve(number, curve, several=several)) for number, curve in enumerate(curves, 1)
    }
    if course:
        words = "Every run over time, as a share of its own median"
        found["course"] = (Chart(id="chart-course", words=words, figure=line_figures.over_time(course)),)
    figure = figures.ratios(table) if table else None
    if figure:
        words = "Each environment's share of its parent"
        found["environments"] = (Chart(id="chart-environments", words=words, figure=figure),)
    return {place: drawn for place, drawn in found.items() if drawn}


def _percentiles(place: int, group: ResultGroup, *, several: bool) -> Iterator[Chart]:
    for number, chart in enumerate(percentile_charts(group, several=several), 1):
        words = f"Latency percentiles: {chart.title}"
        yield Chart(
            id=f"percentiles-{place}-{number}",
            words="; ".join([words, *chart.left_out]),
            figure=line_figures.percentiles(chart),
            percentiles=chart,
        )


def _of_curve(number: int, curve: CurveView, *, several: bool) -> Iterator[Chart]:
    where = f" in {curve.environment}" if several else ""
    figure = line_figures.sweep(curve.source) if curve.dots else None
    if figure:
        yield Chart(
            id=f"curve-{number}-chart", words=f"Latency against throughput of {curve.title}{where}", figure=figure
        )


def _of_row(row: ResultRow) -> Iterator[Chart]:
    for measure, _ in row.main[:1]:
        figure = figures.runs(row.cell, measure.estimate)
        if figure:
            words = "; ".join([f"{measure.words} of each run", *left_out(row.cell)])
            yield Chart(id=f"{row.anchor}-runs", words=words, figure=figure)
    for number, metric in enumerate(histogram_metrics(row.cell)):
        bins = histogram(row.cell, metric)
        figure = figures.latency(bins, metric_words(metric))
        if figure:
            words = f"{metric_words(metric)} distribution"
            yield Chart(id=f"{row.anchor}-latency-{number}", words=words, figure=figure, bins=bins)


def payload(drawn: Mapping[str, Sequence[Chart]]) -> dict[str, Any]:
    """What the page's script needs to draw them."""
    every = {chart.id: chart.figure for place in drawn.values() for chart in place}
    return {"templates": figures.TEMPLATES, "figures": every}
