"""Lines to explore as plotly figures: percentile curves, sweeps and runs over time, from the points of the stills."""

from collections.abc import Iterator, Sequence
from typing import Any

from perfadvisor.analyse.curves.curve import Curve, CurvePoint
from perfadvisor.formatting import quantity, scale_of, setting
from perfadvisor.model.result import Estimate, Trust
from perfadvisor.model.units import Unit
from perfadvisor.report.drift import Drift, DriftLine
from perfadvisor.report.figures import SHAPE_SYMBOLS, SYMBOLS, Figure, Trace, drawing, short, shown
from perfadvisor.report.percentiles import PercentileChart, PercentileLine
from perfadvisor.report.words import metric_words

MICROSECOND = 1000.0
LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom"}


def percentiles(chart: PercentileChart) -> Figure:
    """Latency over rarity, one line per environment or workload."""
    ticks = {point.rarity: point.name for line in chart.lines for point in line.points}
    return drawing(
        [_percentile_line(line) for line in chart.lines],
        xaxis={
            "title": {"text": "percentile, the tail stretched"},
            "tickvals": [short(rarity) for rarity in sorted(ticks)],
            "ticktext": [ticks[rarity] for rarity in sorted(ticks)],
        },
        yaxis={"type": "log", "title": {"text": "latency, µs"}},
        showlegend=True,
        legend=LEGEND,
    )


def _percentile_line(line: PercentileLine) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": shown(line.name),
        "x": [short(point.rarity) for point in line.points],
        "y": [short(point.value_ns / MICROSECOND) for point in line.points],
        "text": [point.words for point in line.points],
        "marker": {"symbol": SHAPE_SYMBOLS[line.shape], "size": 7},
        "hovertemplate": "%{text}<extra>%{fullData.name}</extra>",
    }


def sweep(curve: Curve) -> Figure | None:
    """Latency over throughput, the median and the 99th percentile, a point per value of the parameter; None where no
    point has a latency."""
    traces = list(_sweep_lines(curve))
    if not traces:
        return None
    rate = curve.points[0].throughput
    scale = scale_of(max(point.throughput.median for point in curve.points), rate.unit)
    rate_words = f"{metric_words(rate.metric)}, {scale.suffix}"
    return drawing(
        [{**trace, "x": [short(x / scale.divisor) for x in trace["x"]]} for trace in traces],
        xaxis={"type": "log", "title": {"text": shown(rate_words)}},
        yaxis={"type": "log", "title": {"text": "latency, µs"}},
        showlegend=True,
        legend=LEGEND,
    )


def _sweep_lines(curve: Curve) -> Iterator[dict[str, Any]]:
    kinds = (("p50", [point.median_latency for point in curve.points]), ("p99", _tails(curve.points)))
    for name, latencies in kinds:
        known = [(point, one) for point, one in zip(curve.points, latencies, strict=True) if one and one.median > 0]
        if known:
            yield {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": [point.throughput.median for point, _ in known],
                "y": [short(one.median / MICROSECOND) for _, one in known],
                "text": [_point_words(curve, point, one) for point, one in known],
                "marker": {"symbol": [SYMBOLS[point.cell.trust] for point, _ in known]},
                "hovertemplate": "%{text}<extra>%{fullData.name}</extra>",
            }


def _tails(points: Sequence[CurvePoint]) -> list[Estimate | None]:
    return [point.tail_latency for point in points]


def _point_words(curve: Curve, point: CurvePoint, latency: Estimate) -> str:
    value = setting(point.value, Unit.BYTES) if curve.parameter.endswith("_bytes") else str(point.value)
    rate = quantity(point.throughput.median, point.throughput.unit)
    return shown(f"{curve.parameter} {value}: {rate}, {quantity(latency.median, latency.unit)}, {point.cell.trust}")


def over_time(found: Drift) -> Figure:
    """Every run over the time of the run, in percent from its own median; INVALID ones are crosses."""
    return drawing(
        [
            {
                "type": "scatter",
                "mode": "markers",
                "name": shown(line.environment),
                "x": [round(run.seconds, 1) for run in line.runs],
                "y": [float(f"{100 * run.share:.3g}") for run in line.runs],
                "text": [shown(run.words) for run in line.runs] if found.titled else "run",
                "marker": {"symbol": _symbols(line), "size": 7},
                "hovertemplate": "%{text}<br>%{y:+.3g} % of its median at %{x:.0f} s<extra>%{fullData.name}</extra>",
            }
            for line in found.lines
        ],
        xaxis={"title": {"text": "seconds since the first run began"}},
        yaxis={"title": {"text": "% from its median"}},
        showlegend=len(found.lines) > 1,
        legend=LEGEND,
    )


def _symbols(line: DriftLine) -> str | list[str]:
    """A symbol for each run, or the one that all have."""
    usual = SHAPE_SYMBOLS[line.shape]
    each = [SYMBOLS[run.trust] if run.trust is Trust.INVALID else usual for run in line.runs]
    return each if set(each) != {usual} else usual
