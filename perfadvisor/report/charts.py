"""Which charts a page holds, each under the id of the place it is drawn in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from perfadvisor.report import figures
from perfadvisor.report.environments import EnvironmentTable
from perfadvisor.report.latency import Bin, histogram, histogram_metrics
from perfadvisor.report.results import ResultGroup, ResultRow, left_out
from perfadvisor.report.words import metric_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """One chart: the plotly figure, what it shows in words, and the bins behind it if it is a histogram."""

    id: str
    words: str
    figure: figures.Figure
    bins: tuple[Bin, ...] = ()

    @property
    def bars(self) -> tuple[float, ...]:
        """The bins' heights between 0 and 1, logarithmic, for the picture that needs no script."""
        top = log10(max((each.count for each in self.bins), default=1) + 1)
        return tuple(round(log10(each.count + 1) / top, 3) if top else 0.0 for each in self.bins)


def charts(groups: Sequence[ResultGroup], table: EnvironmentTable | None) -> dict[str, tuple[Chart, ...]]:
    """The charts by place: a row's anchor, or "environments"; places without a chart are left out."""
    found = {row.anchor: tuple(_of_row(row)) for group in groups for row in group.rows}
    figure = figures.ratios(table) if table else None
    if figure:
        words = "Each environment's share of its parent"
        found["environments"] = (Chart(id="chart-environments", words=words, figure=figure),)
    return {place: drawn for place, drawn in found.items() if drawn}


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
