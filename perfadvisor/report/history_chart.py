"""One series as the numbers of a small picture: where its points, levels and changes lie."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfadvisor.formatting import figure, when
from perfadvisor.model.history import Series, SeriesChange
from perfadvisor.report.history_text import change_line

# The picture is stretched to whatever room there is, so its words stand beside it: scaled down, they would be
# unreadable.
WIDTH, HEIGHT, EDGE = 1000.0, 150.0, 10.0
MOST_DRAWN = 1500
MOST_HOVERED = 120  # points that say their value under the pointer; each costs a hundred bytes of page


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeMark:
    """A change in the picture: its place, its kind, whether it alerts, and what to say of it."""

    x: float
    change: SeriesChange
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesChart:
    """What the template draws. `path` is an SVG path through the points, `dots` one of single points, `points` each
    point with what it says under the pointer, `levels` lines from (x1, y) to (x2, y); `low` and `high` label it."""

    path: str
    dots: str
    points: tuple[tuple[str, str], ...]
    levels: tuple[tuple[float, float, float], ...]
    marks: tuple[ChangeMark, ...]
    low: float
    high: float
    drawn: int


def chart(series: Series, changes: Sequence[SeriesChange]) -> SeriesChart:
    """The picture of a series with at least one point; beyond 1,500 points every n-th is drawn."""
    n = len(series.values)
    low, high = min(series.values), max(series.values)
    step = -(-n // MOST_DRAWN)
    drawn = range(0, n, step)
    places = [(_x(i, n), _y(series.values[i], low, high)) for i in drawn]
    return SeriesChart(
        path="M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in places),
        dots="".join(f"M{x:.1f},{y:.1f}h0" for x, y in places) if n <= MOST_DRAWN // 5 else "",
        points=tuple(_points(series, places)) if n <= MOST_HOVERED else (),
        levels=tuple(_levels(changes, n, low, high)),
        marks=tuple(ChangeMark(x=_x(change.index, n), change=change, text=change_line(change)) for change in changes),
        low=low,
        high=high,
        drawn=len(places),
    )


def _points(series: Series, places: Sequence[tuple[float, float]]) -> Iterator[tuple[str, str]]:
    for i, (x, y) in enumerate(places):
        said = f"{figure(series.values[i], series.unit)}, {when(series.times[i])}, {series.commits[i][:12]}"
        yield f"M{x:.1f},{y:.1f}h0", said.rstrip(", ")


def _levels(changes: Sequence[SeriesChange], n: int, low: float, high: float) -> list[tuple[float, float, float]]:
    if not changes:
        return []
    starts = [0, *(change.index for change in changes)]
    ends = [*(change.index for change in changes), n - 1]
    heights = [changes[0].before, *(change.after for change in changes)]
    return [
        (_x(start, n), _x(end, n), _y(level, low, high))
        for start, end, level in zip(starts, ends, heights, strict=True)
    ]


def _x(index: int, n: int) -> float:
    return EDGE + (WIDTH - 2 * EDGE) * (index / (n - 1) if n > 1 else 0.5)


def _y(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low) if high > low else 0.5
    return HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE)
