"""One series as the numbers of a small picture: where its points, levels and changes lie."""

from collections.abc import Sequence
from dataclasses import dataclass

from perfadvisor.model.history import Change, Series
from perfadvisor.report.history_text import change_line

# The picture is stretched to whatever room there is, so its words stand beside it: scaled down, nobody could read them.
WIDTH, HEIGHT, EDGE = 1000.0, 150.0, 10.0
MOST_DRAWN = 1500


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A change in the picture: its place, its kind, whether it alerts, and what to say of it."""

    x: float
    change: Change
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """What the template draws. `path` is an SVG path through the points, `dots` one of single points, `levels` lines
    from (x1, y) to (x2, y); `low` and `high` label the axis."""

    path: str
    dots: str
    levels: tuple[tuple[float, float, float], ...]
    marks: tuple[Mark, ...]
    low: float
    high: float
    drawn: int


def chart(series: Series, changes: Sequence[Change]) -> Chart:
    """The picture of a series with at least one point; beyond 1,500 points every n-th is drawn."""
    n = len(series.values)
    low, high = min(series.values), max(series.values)
    step = -(-n // MOST_DRAWN)
    drawn = range(0, n, step)
    places = [(_x(i, n), _y(series.values[i], low, high)) for i in drawn]
    return Chart(
        path="M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in places),
        dots="".join(f"M{x:.1f},{y:.1f}h0" for x, y in places) if n <= MOST_DRAWN // 5 else "",
        levels=tuple(_levels(changes, n, low, high)),
        marks=tuple(Mark(x=_x(change.index, n), change=change, text=change_line(change)) for change in changes),
        low=low,
        high=high,
        drawn=len(places),
    )


def _levels(changes: Sequence[Change], n: int, low: float, high: float) -> list[tuple[float, float, float]]:
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
