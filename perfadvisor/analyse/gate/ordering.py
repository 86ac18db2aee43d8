"""In what order did two sides run? Decided by the times of their runs."""

from collections.abc import Iterable
from itertools import pairwise

from perfadvisor.model.gate import Order, Side


def order_by_time(baseline: Side, candidate: Side) -> Order | None:
    """MIXED where the sides take turns at least half as often as they could, BLOCK otherwise; None without times."""
    times = sorted([(time, 0) for time in _times(baseline)] + [(time, 1) for time in _times(candidate)])
    sides = [side for _, side in times]
    fewer = min(sides.count(0), sides.count(1))
    if fewer == 0:
        return None
    turns = sum(a != b for a, b in pairwise(sides))
    return Order.MIXED if turns >= fewer else Order.BLOCK


def _times(side: Side) -> Iterable[float]:
    return {time for runs in side.runs.values() for time in runs.times}
