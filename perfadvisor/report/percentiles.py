"""Percentile curves: the latencies of one workload in all environments over each other, or of all workloads of one.

The scale of percentiles stretches the tail: p90, p99 and p99.9 are as far apart as they are rare. The picture without
scripts and the chart to explore are drawn from the same points.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log10

from perfadvisor.formatting import quantity
from perfadvisor.model.result import Estimate
from perfadvisor.model.units import Unit
from perfadvisor.report.environments import SHAPES
from perfadvisor.report.latency import sides
from perfadvisor.report.results import ResultGroup, ResultRow
from perfadvisor.report.words import PERCENTILES, device_words

MOST_LINES = len(SHAPES)
FEWEST_POINTS = 3
WIDTH, HEIGHT, EDGE = 640.0, 220.0, 12.0
SHARES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p995": 0.995, "p999": 0.999, "p9999": 0.9999}


@dataclass(frozen=True, kw_only=True, slots=True)
class PercentilePoint:
    """One percentile: how rare what lies above it is (1 for one in ten, 2 for one in a hundred), the latency in
    nanoseconds, and its place in the picture."""

    name: str
    rarity: float
    value_ns: float
    words: str
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class PercentileLine:
    """One curve: what it is of, its mark, and its points in the order of rarity."""

    name: str
    shape: str
    points: tuple[PercentilePoint, ...]

    @property
    def path(self) -> str:
        """An SVG path through the points."""
        return "M" + "L".join(f"{point.x} {point.y}" for point in self.points)


@dataclass(frozen=True, kw_only=True, slots=True)
class PercentileChart:
    """Curves over each other. `left_out` says which are not drawn; the ends label the axes."""

    title: str
    lines: tuple[PercentileLine, ...]
    left_out: tuple[str, ...]
    percentile_ends: tuple[str, str]
    latency_ends: tuple[str, str]


Named = tuple[str, ResultRow, dict[str, Estimate]]


def percentile_charts(group: ResultGroup, *, several: bool) -> tuple[PercentileChart, ...]:
    """The charts of a kind of device: one for each workload where there are `several` environments, else one of all."""
    named: dict[str, list[Named]] = {}
    for row in group.rows:
        found = list(sides(row.cell))
        for side, values in found:
            where = f", {side}" if len(found) > 1 else ""
            title = f"{row.title}{where}" if several else device_words(group.device)
            label = row.cell.environment if several else f"{row.title}{where}"
            named.setdefault(title, []).append((label, row, values))
    made = (_chart(title, lines) for title, lines in named.items())
    return tuple(chart for chart in made if chart is not None)


def _chart(title: str, named: Sequence[Named]) -> PercentileChart | None:
    """None where no curve has enough points."""
    sound = [(label, _points(values)) for label, row, values in named if row.cell.trust.sound]
    drawn = [(label, points) for label, points in sound if len(points) >= FEWEST_POINTS][:MOST_LINES]
    if not drawn:
        return None
    every = [point for _, points in drawn for point in points]
    rarest = sorted(every, key=lambda point: point.rarity)
    values = sorted(point.value_ns for point in every)
    lines = (
        PercentileLine(name=label, shape=shape, points=tuple(_placed(point, every) for point in points))
        for (label, points), shape in zip(drawn, SHAPES, strict=False)
    )
    return PercentileChart(
        title=title,
        lines=tuple(lines),
        left_out=tuple(_left_out(named, {label for label, _ in drawn})),
        percentile_ends=(rarest[0].name, rarest[-1].name),
        latency_ends=(quantity(values[0], Unit.NANOSECONDS), quantity(values[-1], Unit.NANOSECONDS)),
    )


def _left_out(named: Sequence[Named], drawn: set[str]) -> Iterator[str]:
    for label, row, values in named:
        if label not in drawn:
            few = len(_points(values)) < FEWEST_POINTS
            why = "few percentiles" if few else "in the table" if row.cell.trust.sound else str(row.cell.trust)
            yield f"{label}: {why}"


def _points(values: dict[str, Estimate]) -> list[PercentilePoint]:
    return [
        PercentilePoint(
            name=PERCENTILES[key],
            rarity=-log10(1 - share),
            value_ns=values[key].median,
            words=f"{PERCENTILES[key]}: {quantity(values[key].median, values[key].unit)}",
        )
        for key, share in SHARES.items()
        if key in values and values[key].median > 0
    ]


def _placed(point: PercentilePoint, among: Sequence[PercentilePoint]) -> PercentilePoint:
    rarities, values = [one.rarity for one in among], [log10(one.value_ns) for one in among]
    return PercentilePoint(
        name=point.name,
        rarity=point.rarity,
        value_ns=point.value_ns,
        words=point.words,
        x=_place(point.rarity, rarities, WIDTH),
        y=round(HEIGHT - _place(log10(point.value_ns), values, HEIGHT), 1),
    )


def _place(value: float, among: Sequence[float], length: float) -> float:
    low, high = min(among), max(among)
    share = (value - low) / (high - low) if high > low else 0.5
    return round(EDGE + share * (length - 2 * EDGE), 1)
