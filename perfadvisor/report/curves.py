"""Curves as rows of words and as the places of a picture: throughput to the right, latency upwards, both logarithmic.

The picture is stretched with the page, so its words stand beside it; the numbers are in the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from perfadvisor.analyse.ceilings.ceiling import percent
from perfadvisor.analyse.curves.curve import Curve, CurvePoint
from perfadvisor.analyse.curves.curve import curves as found_curves
from perfadvisor.analyse.curves.knee import Knee
from perfadvisor.formatting import NO_VALUE, interval, listed, quantity, setting
from perfadvisor.model.result import Estimate
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import FEWEST_POINTS
from perfadvisor.report.view import ReportView

WIDTH, HEIGHT, EDGE = 640.0, 240.0, 16.0
ROUND_TRIP = "rtt_mean"


@dataclass(frozen=True, kw_only=True, slots=True)
class CurveRow:
    """One value of the parameter in words; `is_knee` marks the bend."""

    value: str
    throughput: str
    interval: str
    median_latency: str
    tail_latency: str
    cpus: str
    trust: str
    runs: int
    is_knee: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """A point in the picture: its place, the ends of its interval to the left and right, what it says."""

    x: float
    y: float
    low: float | None
    high: float | None
    words: str
    is_knee: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CurveView:
    """A curve as reports show it. `dots` are its sound points with the median latency, `tail` the same with the 99th
    percentile; empty where there are few, or without latencies."""

    title: str
    environment: str
    parameter: str
    rows: tuple[CurveRow, ...]
    dots: tuple[Dot, ...]
    bend: str
    source: Curve
    tail: tuple[Dot, ...] = ()
    frontier: str = ""
    latency_ends: tuple[str, str] = ("", "")
    rate_ends: tuple[str, str] = ("", "")
    latency_name: str = "p50"

    @property
    def path(self) -> str:
        """An SVG path through the dots, in the order of the parameter."""
        return _path(self.dots)

    @property
    def tail_path(self) -> str:
        """The same through the 99th percentiles."""
        return _path(self.tail)


def _path(dots: Sequence[Dot]) -> str:
    return "M" + "L".join(f"{dot.x} {dot.y}" for dot in dots)


def curves(view: ReportView) -> tuple[CurveView, ...]:
    """Every curve of the run."""
    if view.run is None:
        return ()
    return tuple(_view(curve) for curve in found_curves(view.cells, view.run.workloads))


def _view(curve: Curve) -> CurveView:
    picture = _picture(curve)
    return CurveView(
        title=curve.workload,
        environment=curve.environment,
        parameter=curve.parameter,
        rows=tuple(_row(curve, point) for point in curve.points),
        bend=bend_words(curve),
        frontier=frontier_words(curve),
        source=curve,
        dots=picture.dots,
        tail=picture.tail,
        rate_ends=picture.rate_ends,
        latency_ends=picture.latency_ends,
        latency_name=latency_name(curve),
    )


def latency_name(curve: Curve) -> str:
    """What its latencies are: percentiles of the I/Os, or the round trips that TCP saw."""
    known = [point.median_latency.metric for point in curve.points if point.median_latency]
    return "mean RTT" if known and all(metric == ROUND_TRIP for metric in known) else "p50"


def bend_words(curve: Curve) -> str:
    """Where the curve bends, or why that is not known; "" for a parameter that has no knee."""
    if curve.knee is None:
        return ""
    most = quantity(curve.knee.most, curve.points[0].throughput.unit)
    fall = _fall_words(curve.parameter, curve.knee)
    if curve.knee.at is None:
        return f"No knee: {curve.knee.reason}{f' ({most} at most)' if curve.knee.most else ''}.{fall}"
    crossing = f"{curve.knee.crossing:.3g}" if curve.knee.crossing else ""
    between = " ({:.3g} to {:.3g})".format(*curve.knee.between) if curve.knee.between else ""
    return (
        f"Knee at {curve.parameter} {curve.knee.at}: beyond it, more in flight mostly waits. "
        f"Without a queue, {crossing}{between} in flight would reach the {most} that were measured at most.{fall}"
    )


def _fall_words(parameter: str, knee: Knee) -> str:
    """That too much load costs throughput."""
    if knee.fall is None:
        return ""
    best, last, lost = knee.fall
    return f" Beyond {parameter} {best} throughput falls: {last} give {percent(lost)} less."


def frontier_words(curve: Curve) -> str:
    """Which values are worth choosing; "" where all are, or nothing but throughput is known."""
    if not curve.frontier or len(curve.frontier) == len(curve.points):
        return ""
    values = listed([_value(curve.parameter, value) for value in curve.frontier])
    return f"Worth choosing: {curve.parameter} {values}; for each of the rest, another value is as good in everything."


def _row(curve: Curve, point: CurvePoint) -> CurveRow:
    rate = point.throughput
    return CurveRow(
        value=_value(curve.parameter, point.value),
        throughput=quantity(rate.median, rate.unit),
        interval=interval(rate.low, rate.high, rate.unit, like=rate.median),
        median_latency=_latency(point.median_latency),
        tail_latency=_latency(point.tail_latency),
        cpus=NO_VALUE if point.cpus is None else f"{point.cpus:.2f}",
        trust=str(point.cell.trust),
        runs=rate.n,
        is_knee=_is_knee(curve.knee, point),
    )


def _value(parameter: str, value: int) -> str:
    return setting(value, Unit.BYTES) if parameter.endswith("_bytes") else str(value)


def _latency(estimate: Estimate | None) -> str:
    return quantity(estimate.median, estimate.unit) if estimate else NO_VALUE


def _is_knee(knee: Knee | None, point: CurvePoint) -> bool:
    return knee is not None and knee.at == point.value


@dataclass(frozen=True, kw_only=True, slots=True)
class _Picture:
    """Where the dots lie, and the words at the ends of both axes."""

    dots: tuple[Dot, ...] = ()
    tail: tuple[Dot, ...] = ()
    rate_ends: tuple[str, str] = ("", "")
    latency_ends: tuple[str, str] = ("", "")


Shown = tuple[CurvePoint, Estimate]


def _picture(curve: Curve) -> _Picture:
    """The sound points of the curve, both latencies on one scale."""
    sound = [point for point in curve.points if point.cell.trust.sound and point.throughput.median > 0]
    middle = [(point, one) for point in sound if (one := point.median_latency) and one.median > 0]
    tail = [(point, one) for point in sound if (one := point.tail_latency) and one.median > 0]
    if len(middle) < FEWEST_POINTS:
        return _Picture()
    rates = [point.throughput.median for point, _ in (*middle, *tail)]
    delays = [latency.median for _, latency in (*middle, *tail)]
    unit, delay_unit = middle[0][0].throughput.unit, middle[0][1].unit
    return _Picture(
        dots=tuple(_dot(curve, one, rates, delays) for one in middle),
        tail=tuple(_dot(curve, one, rates, delays) for one in tail),
        rate_ends=(quantity(min(rates), unit), quantity(max(rates), unit)),
        latency_ends=(quantity(min(delays), delay_unit), quantity(max(delays), delay_unit)),
    )


def _dot(curve: Curve, shown: Shown, rates: Sequence[float], delays: Sequence[float]) -> Dot:
    point, latency = shown
    rate = point.throughput
    return Dot(
        x=_place(rate.median, rates, WIDTH),
        y=round(HEIGHT - _place(latency.median, delays, HEIGHT), 1),
        low=_end(rate.low, rates),
        high=_end(rate.high, rates),
        words=f"{curve.parameter} {_value(curve.parameter, point.value)}: "
        f"{quantity(rate.median, rate.unit)}, {_latency(latency)}",
        is_knee=_is_knee(curve.knee, point),
    )


def _end(value: float | None, rates: Sequence[float]) -> float | None:
    if value is None or value <= 0:
        return None
    return _place(min(max(value, min(rates)), max(rates)), rates, WIDTH)


def _place(value: float, among: Sequence[float], length: float) -> float:
    low, high = min(among), max(among)
    share = log(value / low) / log(high / low) if high > low else 0.5
    return round(EDGE + share * (length - 2 * EDGE), 1)
