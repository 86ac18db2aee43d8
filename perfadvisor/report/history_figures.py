"""Series over time to explore: points with their commits, levels and changes, as plotly figures."""

from collections.abc import Sequence

from perfadvisor.formatting import UNITS as KNOWN_UNITS
from perfadvisor.formatting import figure, scale_of, when
from perfadvisor.model.history import ChangeKind, Series, SeriesChange
from perfadvisor.report.figures import GREY, Figure, drawing, short, shown
from perfadvisor.report.history_chart import MOST_DRAWN

MOST_POINTS = 20_000  # of all series together; the still pictures hold the others
MILLISECONDS = 1000
COLOURS = {ChangeKind.CONFIRMED: "#cf222e", ChangeKind.SUSPECTED: "#9a6700"}
BETTER = "#1a7f37"

Pictured = tuple[str, Series, tuple[SeriesChange, ...]]


def explored(several: Sequence[Pictured]) -> dict[str, Figure]:
    """A figure for each series by the id of its place, until the page holds as many points as it should."""
    found: dict[str, Figure] = {}
    left = MOST_POINTS
    for place, series, changes in several:
        points = min(len(series.values), MOST_DRAWN)
        if 1 < points <= left:
            left -= points
            found[place] = over_time(series, changes)
    return found


def over_time(series: Series, changes: Sequence[SeriesChange]) -> Figure:
    """One series; beyond 1,500 points every n-th is drawn, as in the still picture."""
    step = -(-len(series.values) // MOST_DRAWN)
    drawn = range(0, len(series.values), step)
    divisor, unit = _scale(series)
    trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [round(series.times[i] * MILLISECONDS) for i in drawn],
        "y": [short(series.values[i] / divisor) for i in drawn],
        "text": [_words(series, i) for i in drawn],
        "marker": {"size": 5},
        "line": {"width": 1},
        "hovertemplate": "%{text}<extra></extra>",
    }
    return drawing(
        [trace],
        xaxis={"type": "date"},
        yaxis={"title": {"text": shown(unit)}},
        shapes=[*_levels(series, changes, divisor), *map(_mark, changes)],
    )


def _scale(series: Series) -> tuple[float, str]:
    """What to divide values by, and the unit that they have then; foreign units stay as they are."""
    if series.unit not in KNOWN_UNITS:
        return 1.0, series.unit
    scale = scale_of(max(series.values, key=abs), KNOWN_UNITS[series.unit])
    return scale.divisor, scale.suffix


def _words(series: Series, i: int) -> str:
    known = (figure(series.values[i], series.unit), when(series.times[i]), series.commits[i][:12])
    return shown(", ".join(filter(None, known)))


def _levels(series: Series, changes: Sequence[SeriesChange], divisor: float) -> list[Figure]:
    if not changes:
        return []
    ends = [0, *(change.index for change in changes), len(series.times) - 1]
    heights = [changes[0].before, *(change.after for change in changes)]
    dashed = {"color": GREY, "width": 2, "dash": "dash"}
    return [
        {
            "type": "line",
            "x0": round(series.times[start] * MILLISECONDS),
            "x1": round(series.times[end] * MILLISECONDS),
            "y0": short(level / divisor),
            "y1": short(level / divisor),
            "line": dashed,
        }
        for start, end, level in zip(ends, ends[1:], heights, strict=False)
    ]


def _mark(change: SeriesChange) -> Figure:
    place = round(change.time * MILLISECONDS)
    colour = BETTER if change.worse is False else COLOURS[change.kind]
    across = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    return {"type": "line", "x0": place, "x1": place, **across, "line": {"color": colour, "width": 1.5}}
