"""Where more load stops giving more work: the knee of a curve of throughput against concurrency.

By the asymptotic bounds of closed systems, throughput grows with the number of requests in flight until the slowest
part is always busy; both bounds meet at N* = Xmax / (X1 / N1), which by Little's law is Xmax times the latency without
a queue (Lazowska et al., Quantitative System Performance, 1984, chapter 5). No form of the curve is assumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

STILL_RISING = 1.10  # judgement: the last step gained more than a tenth, so the limit is not in the range
FEWEST_POINTS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadPoint:
    """One value of the parameter, and the work per second that it gave."""

    value: int
    throughput: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Knee:
    """`at` is the measured value nearest to the knee, `crossing` where the two bounds meet, `most` the largest
    throughput of the curve. `reason` says why there is no knee; then `at` is None."""

    at: int | None = None
    crossing: float | None = None
    most: float = 0.0
    reason: str = ""


def knee(points: Sequence[LoadPoint]) -> Knee:
    """The knee of points in ascending order of their value, a measure of concurrency."""
    most = max((point.throughput for point in points), default=0.0)
    if len(points) < FEWEST_POINTS or points[0].throughput <= 0 or most <= 0:
        return Knee(most=most, reason=f"fewer than {FEWEST_POINTS} sound points")
    first, before, last = points[0], points[-2], points[-1]
    if last.throughput == most and last.throughput > STILL_RISING * before.throughput:
        return Knee(most=most, reason=f"throughput still rises at {last.value}: measure larger values")
    crossing = first.value * most / first.throughput
    nearest = min(points, key=lambda point: abs(log(point.value / crossing)))
    if nearest is first:
        return Knee(
            most=most, crossing=crossing, reason=f"{first.value} already gives nearly all: measure smaller values"
        )
    return Knee(at=nearest.value, crossing=crossing, most=most)
