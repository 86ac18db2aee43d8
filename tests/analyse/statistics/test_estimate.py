"""The interval of the median, against an exhaustive oracle."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perfadvisor.analyse.statistics.estimate import estimate, order_interval, spread
from perfadvisor.model.units import Unit


@pytest.mark.parametrize(
    ("n", "low", "coverage"), [(3, 0, 0.75), (5, 0, 0.9375), (6, 0, 0.96875), (9, 1, 0.9609375), (20, 5, 0.95861)]
)
def test_known_ranks(n: int, low: int, coverage: float) -> None:
    first, last, exact = order_interval(n)
    assert (first, last) == (low, n - 1 - low)
    assert exact == pytest.approx(coverage, abs=1e-5)


@given(st.integers(6, 60))
def test_tightest_that_still_covers(n: int) -> None:
    first, _, coverage = order_interval(n)

    def covers(k: int) -> float:
        return 1 - 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n

    assert coverage == pytest.approx(covers(first)) and coverage >= 0.95
    assert covers(first + 1) < 0.95


@given(st.lists(st.floats(-1e12, 1e12), min_size=3, max_size=30))
def test_interval_holds_the_median(values: list[float]) -> None:
    result = estimate("x", Unit.IOPS, "higher", values)
    assert result.low is not None and result.high is not None
    assert result.low <= result.median <= result.high
    assert result.n == len(values)


def test_two_runs_have_no_interval() -> None:
    result = estimate("x", Unit.IOPS, "higher", [1.0, 3.0])
    assert (result.median, result.low, result.high, result.coverage) == (2.0, None, None, None)


@pytest.mark.parametrize(("values", "expected"), [([90, 100, 110], 0.2), ([5], None), ([], None), ([0, 0], None)])
def test_spread(values: list[float], expected: float | None) -> None:
    assert spread(values) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("n", [3, 5, 8, 20, 101])
def test_the_intervals_coverage_is_that_of_the_binomial_distribution(n: int) -> None:
    low, high, coverage = order_interval(n)
    count = stats.binom(n, 0.5)
    assert coverage == pytest.approx(count.cdf(high) - count.cdf(low), rel=1e-12)
    tighter = count.cdf(high - 1) - count.cdf(low + 1)
    assert tighter < 0.95
