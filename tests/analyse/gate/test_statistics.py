"""The numbers behind the verdicts, against scipy and against slow and obvious computations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from perfadvisor.analyse.gate.calibration import calibrated
from perfadvisor.analyse.gate.margins import default_margin
from perfadvisor.analyse.gate.ordering import order_by_time
from perfadvisor.analyse.statistics.effect import Effect, log_margin
from perfadvisor.analyse.statistics.holm import holm
from perfadvisor.analyse.statistics.paired import paired_effect
from perfadvisor.analyse.statistics.robust import ar1, is_bimodal, mad_sigma, winsorised
from perfadvisor.analyse.statistics.sequential import LOOKS, alpha_at, looks_up_to
from perfadvisor.analyse.statistics.unpaired import unpaired_effect
from perfadvisor.errors import InputError
from perfadvisor.model.gate import MetricPolicy, Order, Runs, Side

CHANCE = np.random.default_rng(4)
few = st.lists(st.floats(-5, 5), min_size=5, max_size=40)


def test_paired_is_students_t_where_nothing_is_pulled_in() -> None:
    a, b = CHANCE.normal(size=7), CHANCE.normal(size=7) + 0.3
    effect, known = paired_effect(a, b), stats.ttest_rel(b, a)
    assert effect.gain / effect.error == pytest.approx(known.statistic)
    assert 2 * effect.p_above(0.0) == pytest.approx(known.pvalue)
    low, high = known.confidence_interval(0.95)
    assert effect.half_width(0.05) == pytest.approx((high - low) / 2)


def test_unpaired_is_welchs_t() -> None:
    a, b = CHANCE.normal(size=6), 3 * CHANCE.normal(size=7)
    effect, known = unpaired_effect(a, b), stats.ttest_ind(b, a, equal_var=False)
    assert effect.gain / effect.error == pytest.approx(known.statistic)
    assert effect.df == pytest.approx(known.df)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_holm_keeps_its_promises(p_values) -> None:
    corrected = holm(p_values)
    assert all(c >= p or c == 1.0 for c, p in zip(corrected, p_values, strict=True))
    assert max(corrected) <= 1.0
    order = np.argsort(p_values, kind="stable")
    assert np.all(np.diff(np.array(corrected)[order]) >= 0)
    assert corrected[order[0]] == min(1.0, len(p_values) * p_values[order[0]])


def test_holm_against_a_worked_example() -> None:
    assert holm((0.01, 0.04, 0.03, 0.005)) == pytest.approx((0.03, 0.06, 0.06, 0.02))


@given(few)
@settings(max_examples=100, deadline=None)
def test_winsorising_pulls_in_at_most_an_eighth_on_each_side(values) -> None:
    array = np.array(values)
    pulled, count = winsorised(array)
    assert count <= 2 * (array.size // 8)
    assert array.min() <= pulled.min() <= pulled.max() <= array.max()


def test_one_outlier_is_pulled_in_and_a_second_mode_is_not() -> None:
    calm = CHANCE.normal(size=16)
    assert winsorised(np.array([*calm, 50.0]))[0].max() < 10
    modes = np.array([*calm[:10], *(calm[:6] + 50)])
    assert winsorised(modes)[0].max() > 45


def test_mad_and_ar1() -> None:
    assert mad_sigma(CHANCE.normal(size=20_000)) == pytest.approx(1.0, abs=0.03)
    walk = np.zeros(5000)
    for i in range(1, 5000):
        walk[i] = 0.6 * walk[i - 1] + CHANCE.normal()
    assert ar1(walk) == pytest.approx(0.6, abs=0.05)
    assert ar1(np.ones(20)) == 0.0


def test_modes_are_seen_and_normal_values_are_not_modes() -> None:
    assert is_bimodal(np.array([1.0, 1.1, 1.05, 1.02, 9.0, 9.1, 9.05, 9.2]))
    seen = sum(is_bimodal(np.random.default_rng(i).normal(size=12)) for i in range(300))
    assert seen < 10


def test_all_looks_together_keep_the_level() -> None:
    differences = np.random.default_rng(8).normal(size=(20_000, 27))
    hit = np.zeros(20_000, dtype=bool)
    for n, alpha in LOOKS:
        seen = differences[:, :n]
        t = np.sqrt(n) * seen.mean(1) / seen.std(1, ddof=1)
        hit |= np.abs(t) > stats.t.ppf(1 - alpha / 2, n - 1)
    assert 0.03 < hit.mean() < 0.05


def test_looks() -> None:
    assert [n for n, _ in LOOKS] == [5, 8, 12, 18, 27]
    assert (alpha_at(4), alpha_at(5), alpha_at(11), alpha_at(100)) == (0.0, 0.0005, 0.0025, 0.03)
    assert [n for n, _ in looks_up_to(17)] == [5, 8, 12]


@pytest.mark.parametrize("most", [28, 40, 41, 100, 200, 300])
def test_more_pairs_spend_no_more_and_still_look_early(most: int) -> None:
    looks = looks_up_to(most)
    assert sum(alpha for _, alpha in looks) <= 0.05, "whatever the looks have to do with each other"
    assert looks[:5] == tuple((pairs, alpha / 2) for pairs, alpha in LOOKS)
    assert [pairs for pairs, _ in looks] == sorted({pairs for pairs, _ in looks})
    assert looks[-1][0] == most and looks[-1][1] >= 0.01


def test_runs_needed_is_what_would_have_decided() -> None:
    effect = Effect(gain=-0.05, error=0.02, df=9, n=10)
    needed = effect.runs_needed(log_margin(0.03), 0.05)
    assert effect.half_width(0.05) * np.sqrt(10 / needed) <= 0.05 - log_margin(0.03)
    assert Effect(gain=-log_margin(0.03), error=0.02, df=9, n=10).runs_needed(log_margin(0.03), 0.05) == 0


@pytest.mark.parametrize(
    ("metric", "unit", "margin"),
    [
        ("read.clat_p99", "ns", 0.10),
        ("read.clat_p50", "ns", 0.05),
        ("read.iops", "iops", 0.05),
        ("read.bytes_per_s", "bytes_per_s", 0.03),
        ("jitter", "ms", 0.10),
        ("throughput", "req/s", 0.03),
    ],
)
def test_default_margins(metric, unit, margin) -> None:
    assert default_margin(metric, unit) == margin


@pytest.mark.parametrize(
    ("a", "b", "order"),
    [((1, 3, 5), (2, 4, 6), Order.MIXED), ((1, 2, 3), (4, 5, 6), Order.BLOCK), ((), (), None)],
)
def test_order_is_told_from_times(a, b, order) -> None:
    def side(times):
        one = Runs(workload="w", metric="m", unit="", better="higher", values=(1.0,) * len(times), times=times)
        return Side(name="", runs={one.key: one})

    assert order_by_time(side(a), side(b)) is order


def test_calibration_finds_floor_and_power() -> None:
    values = tuple(100 * np.exp(np.random.default_rng(6).normal(size=200) * 0.02))
    found = calibrated(
        Runs(workload="w", metric="m", unit="", better="higher", values=values), MetricPolicy(margin=0.03), 1
    )
    assert found.noise_floor == pytest.approx(0.02 * np.sqrt(2 / 10), rel=0.15)
    assert found.false_alarms < 0.01
    assert found.detectable[5] > found.detectable[10] > found.detectable[20] > 0.03


def test_calibration_refuses_too_few_runs() -> None:
    with pytest.raises(InputError, match="pairs"):
        calibrated(
            Runs(workload="w", metric="m", unit="", better="higher", values=(1.0,) * 9), MetricPolicy(margin=0.03), 1
        )
