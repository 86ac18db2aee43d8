"""Where more load stops giving more work: the knee of a curve of throughput against concurrency.

By the asymptotic bounds of closed systems, throughput grows with the number of requests in flight until the slowest
part is always busy; both bounds meet at N* = Xmax / (X1 / N1), which by Little's law is Xmax times the latency without
a queue (Lazowska et al., Quantitative System Performance, 1984, chapter 5). No form of the curve is assumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log

STILL_RISING = 1.10  # judgement: the last step gained more than a tenth, so the limit is not in the range
UNCERTAIN = 4.0  # judgement: a range over more than two steps of a ladder that doubles names no value
FEWEST_POINTS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadPoint:
    """One value of the parameter, and the work per second that it gave; its interval where that is known."""

    value: int
    throughput: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Knee:
    """`at` is the measured value nearest to the knee, `crossing` where the two bounds meet, `between` the same by the
    intervals of both, `most` the largest throughput of the curve. `reason` says why there is no knee; then `at` is
    None. `fall`, where that is clear: the value that gave most, the last one, and what share of it that loses."""

    at: int | None = None
    crossing: float | None = None
    most: float = 0.0
    reason: str = ""
    between: tuple[float, float] | None = None
    fall: tuple[int, int, float] | None = None


def knee(points: Sequence[LoadPoint]) -> Knee:
    """The knee of points in ascending order of their value, a measure of concurrency."""
    most = max((point.throughput for point in points), default=0.0)
    if len(points) < FEWEST_POINTS or points[0].throughput <= 0 or most <= 0:
        return Knee(most=most, reason=f"fewer than {FEWEST_POINTS} sound points")
    first, before, last = points[0], points[-2], points[-1]
    if last.throughput == most and last.throughput > STILL_RISING * before.throughput:
        return Knee(most=most, reason=f"throughput still rises at {last.value}: measure larger values")
    crossing = first.value * most / first.throughput
    best = max(points, key=lambda point: point.throughput)
    found = Knee(most=most, crossing=crossing, between=_between(first, best), fall=_fall(best, last))
    if found.between and found.between[1] > UNCERTAIN * found.between[0]:
        low, high = found.between
        return replace(found, reason=f"it lies between {low:.3g} and {high:.3g} in flight: measure more repeats")
    nearest = min(points, key=lambda point: abs(log(point.value / crossing)))
    if nearest is first:
        return replace(found, reason=f"{first.value} already gives nearly all: measure smaller values")
    return replace(found, at=nearest.value)


def _between(first: LoadPoint, best: LoadPoint) -> tuple[float, float] | None:
    """Where the bounds meet at the ends of both intervals."""
    if not first.low or first.high is None or best.low is None or best.high is None:
        return None
    return first.value * best.low / first.high, first.value * best.high / first.low


def _fall(best: LoadPoint, last: LoadPoint) -> tuple[int, int, float] | None:
    """More than a tenth lost at the end of the range, and not by the noise of either point."""
    apart = best.low is not None and last.high is not None and last.high < best.low
    if not apart or last.throughput * STILL_RISING >= best.throughput:
        return None
    return best.value, last.value, 1 - last.throughput / best.throughput
