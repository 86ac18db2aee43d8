"""The median of fresh runs and an interval for it that assumes no distribution."""

from collections.abc import Sequence
from math import comb
from statistics import median

from perfadvisor.model.result import Better, Estimate
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import FEWEST_RUNS

CONFIDENCE = 0.95


def order_interval(n: int, confidence: float = CONFIDENCE) -> tuple[int, int, float]:
    """Ranks (from 0) of the tightest symmetric order statistics that cover the median with `confidence`, and the
    exact coverage; the whole range where n is too small for it.

    The number of values below the median is binomial(n, 1/2), so the interval from the (k+1)-th smallest to the
    (k+1)-th largest misses with probability 2 P(B <= k)."""
    tail, low = 0.0, 0
    missed = 2 * 0.5**n
    for k in range(n // 2):
        tail += comb(n, k) * 0.5**n
        if 2 * tail > 1 - confidence:
            break
        low, missed = k, 2 * tail
    return low, n - 1 - low, 1 - missed


def estimate(
    metric: str, unit: Unit, better: Better, values: Sequence[float], confidence: float = CONFIDENCE
) -> Estimate:
    """The estimate of one metric from one value a fresh run; `values` in the order they were measured, not empty."""
    ordered = sorted(values)
    low = high = coverage = None
    if len(ordered) >= FEWEST_RUNS:
        first, last, coverage = order_interval(len(ordered), confidence)
        low, high = ordered[first], ordered[last]
    return Estimate(
        metric=metric,
        unit=unit,
        better=better,
        median=median(ordered),
        low=low,
        high=high,
        coverage=coverage,
        values=tuple(values),
    )


def spread(values: Sequence[float]) -> float | None:
    """Range over median: 0.2 says the runs lie 20 % apart; None below two runs or for a median of 0."""
    middle = median(values) if len(values) > 1 else 0.0
    return (max(values) - min(values)) / abs(middle) if middle else None
