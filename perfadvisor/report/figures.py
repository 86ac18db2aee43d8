"""The interactive charts as plotly figures, without colours: those come from the page's light or dark template.

They are written as plain values, because plotly's own classes took three quarters of the time of a report and raise on
what they do not know; the tests hold every figure against those classes.

Every number drawn here also stands in a table of the page, because many viewers run no script.
"""

from collections.abc import Mapping, Sequence
from html import escape
from math import isfinite
from typing import Any

from perfadvisor.formatting import quantity, scale_of
from perfadvisor.model.result import Cell, Estimate, Trust
from perfadvisor.plaintext import visible_line
from perfadvisor.report.environments import EnvironmentTable
from perfadvisor.report.latency import Bin
from perfadvisor.report.strip import ShownRun, runs_of
from perfadvisor.report.words import metric_words

Figure = dict[str, Any]
Trace = dict[str, Any]

SYMBOLS = {Trust.VALID: "circle", Trust.NOISY: "circle-open", Trust.INVALID: "x", Trust.NOT_MEASURED: "x-open"}
SHAPE_SYMBOLS = {"circle": "circle", "square": "square", "diamond": "diamond", "triangle": "triangle-up", "cross": "x"}
GREY = "rgba(128,128,128,0.85)"
PALE = "rgba(128,128,128,0.18)"
FEWEST = 2  # one run is a number, not a chart
ROW_HEIGHT = 34


def shown(text: str) -> str:
    """Text that plotly shows as it stands: it reads a few HTML tags, links among them, in every label."""
    return escape(visible_line(text), quote=False)


def short(value: float) -> float | None:
    """Six significant figures: more than a screen has points, and half the bytes. None where JSON has no number."""
    return float(f"{value:.6g}") if isfinite(value) else None


def drawing(traces: Sequence[Trace], **layout: object) -> Figure:
    """The figure with these traces and this layout."""
    return {"data": list(traces), "layout": layout}


def runs(cell: Cell, estimate: Estimate) -> Figure | None:
    """Every fresh run in the order it was started, with the median and its interval: where drift would show. INVALID
    runs are crosses, also where the median leaves them out."""
    shown_runs = runs_of(estimate, cell)
    if len(shown_runs) < FEWEST or not isfinite(estimate.median):
        return None
    scale = scale_of(estimate.median, estimate.unit)
    trace = {
        "type": "scatter",
        "x": [run.number for run in shown_runs],
        "y": [short(run.value / scale.divisor) for run in shown_runs],
        "marker": {"symbol": [SYMBOLS[run.trust] for run in shown_runs]},
        "text": [f"{quantity(run.value, estimate.unit)}, {_said(run)}" for run in shown_runs],
    }
    return drawing(
        [trace],
        xaxis={"title": {"text": "trial, in the order of the run"}, "type": "category"},
        yaxis={"title": {"text": shown(f"{metric_words(estimate.metric)}, {scale.suffix}")}},
        shapes=_median_lines(estimate, scale.divisor),
    )


def _said(run: ShownRun) -> str:
    return f"{run.trust}, left out of the median" if run.left_out else str(run.trust)


def _median_lines(estimate: Estimate, divisor: float) -> list[dict[str, Any]]:
    middle = short(estimate.median / divisor)
    across = {"xref": "paper", "x0": 0, "x1": 1, "layer": "below"}
    lines = [{"type": "line", **across, "y0": middle, "y1": middle, "line": {"color": GREY, "width": 1.5}}]
    if estimate.low is not None and estimate.high is not None:
        ends = {"y0": short(estimate.low / divisor), "y1": short(estimate.high / divisor)}
        lines.append({"type": "rect", **across, **ends, "line": {"width": 0}, "fillcolor": PALE})
    return lines


def latency(bins: Sequence[Bin], words: str) -> Figure | None:
    """A latency histogram, both axes logarithmic, so that one slow completion in a million can be seen."""
    if len(bins) < FEWEST:
        return None
    trace = {
        "type": "bar",
        "x": [short(bin.low_ns / 1000) for bin in bins],
        "width": [short((bin.high_ns - bin.low_ns) / 1000) for bin in bins],
        "y": [bin.count for bin in bins],
        "text": [bin.label for bin in bins],
    }
    return drawing(
        [trace],
        xaxis={"type": "log", "title": {"text": shown(f"{words}, µs")}, "dtick": "D2"},
        yaxis={"type": "log", "title": {"text": "I/Os"}, "dtick": 1, "exponentformat": "power"},
    )


def ratios(table: EnvironmentTable) -> Figure | None:
    """Every environment's share of its parent, with its interval; 100 % is the line to reach."""
    rows = [row for row in table.rows if row.source.ratio is not None]
    if not rows:
        return None
    titles = list(dict.fromkeys(shown(row.title) for row in reversed(rows)))
    hundred = {"x0": 100, "x1": 100, "yref": "paper", "y0": 0, "y1": 1, "line": {"color": GREY, "width": 1}}
    return drawing(
        [_environment(table, name, shape) for name, shape in table.shapes],
        height=120 + ROW_HEIGHT * len(titles),
        xaxis={"title": {"text": "% of the parent environment"}, "range": [0, table.top * 100]},
        yaxis={"categoryorder": "array", "categoryarray": titles, "automargin": True},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        showlegend=True,
        shapes=[{"type": "line", "layer": "below", **hundred}],
    )


def _environment(table: EnvironmentTable, name: str, shape: str) -> Trace:
    mine = [r.source for r in table.rows if r.source.environment == name and r.source.ratio is not None]
    titles = [shown(r.title) for r in table.rows if r.source.environment == name and r.source.ratio is not None]
    ratio = [short(100 * (r.ratio or 0.0)) or 0.0 for r in mine]
    return {
        "type": "scatter",
        "name": shown(name),
        "x": ratio,
        "y": titles,
        "marker": {"symbol": SHAPE_SYMBOLS[shape]},
        "error_x": {
            "type": "data",
            "array": [_distance(x, r.high) for r, x in zip(mine, ratio, strict=True)],
            "arrayminus": [_distance(x, r.low) for r, x in zip(mine, ratio, strict=True)],
            "thickness": 1.5,
        },
        "hovertemplate": "%{y}: %{x:.3g} %<extra>%{fullData.name}</extra>",
    }


def _distance(percent: float, end: float | None) -> float | None:
    return 0 if end is None else short(abs(100 * end - percent))


def template(ink: str, grid: str, colours: Sequence[str]) -> Mapping[str, Any]:
    """A plotly template for paper of either kind, with what all figures share; the paper itself is the page's."""
    axis: dict[str, Any] = {"gridcolor": grid, "linecolor": grid, "zeroline": False, "ticks": "", "automargin": True}
    axis |= {"tickfont": {"size": 12}, "title": {"font": {"size": 12}, "standoff": 8}}
    dots = {"mode": "markers", "marker": {"size": 9}, "hovertemplate": "trial %{x}: %{text}<extra></extra>"}
    bars = {"offset": 0, "textposition": "none", "hovertemplate": "up to %{text}: %{y:,} I/Os<extra></extra>"}
    return {
        "data": {"scatter": [dots], "bar": [bars]},
        "layout": {
            "height": 260,
            "bargap": 0,
            "colorway": list(colours),
            "font": {"color": ink, "size": 13, "family": "system-ui, sans-serif"},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": axis,
            "yaxis": axis,
            "margin": {"l": 64, "r": 16, "t": 16, "b": 52},
            "showlegend": False,
        },
    }


TEMPLATES = {
    "light": template("#3d434d", "#dfe2e7", ("#1f5fa8", "#a8480c", "#3d7a2e", "#7b3fa0", "#8a6a00")),
    "dark": template("#c3c8d0", "#363c46", ("#7db4f0", "#f0a06a", "#8fd07c", "#cfa2ee", "#e0c25a")),
}
