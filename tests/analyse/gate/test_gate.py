"""Every verdict and every reason a gate can give, and its families, soft band and alerts."""

from dataclasses import replace

import numpy as np
import pytest

from perfadvisor.analyse.gate.compare import compare
from perfadvisor.analyse.gate.gate import gate
from perfadvisor.errors import InputError
from perfadvisor.model.gate import MetricPolicy, Order, Reason, Runs, Side, Verdict

POLICY = MetricPolicy(margin=0.03)
CHANCE = np.random.default_rng(11)
QUIET = 100 * np.exp(CHANCE.normal(size=10) * 0.003)
OTHER = 100 * np.exp(CHANCE.normal(size=10) * 0.003)


def runs(values, *, workload="w", metric="m", unit="iops", better="higher", times=()) -> Runs:
    return Runs(workload=workload, metric=metric, unit=unit, better=better, values=tuple(values), times=times)


def side(*several: Runs, **known) -> Side:
    return Side(name=known.pop("name", "side"), runs={one.key: one for one in several}, **known)


@pytest.mark.parametrize(
    ("candidate", "better", "verdict"),
    [
        (OTHER, "higher", Verdict.EQUIVALENT),
        (OTHER * 0.9, "higher", Verdict.REGRESSION),
        (OTHER * 1.1, "higher", Verdict.IMPROVED),
        (OTHER * 0.9, "lower", Verdict.IMPROVED),
        (OTHER * 1.1, "lower", Verdict.REGRESSION),
        (OTHER * 0.97, "higher", Verdict.UNDECIDED),
    ],
)
@pytest.mark.parametrize("order", [Order.PAIRED, Order.MIXED])
def test_verdicts(candidate, better, verdict, order) -> None:
    found = compare(runs(QUIET, better=better), runs(candidate, better=better), POLICY, order).comparison
    assert found.verdict is verdict
    assert found.low < found.ratio < found.high
    assert found.ratio == pytest.approx(candidate.mean() / QUIET.mean(), rel=0.01)


@pytest.mark.parametrize(
    ("a", "b", "order", "reason"),
    [
        (QUIET[:4], OTHER[:4], Order.PAIRED, Reason.TOO_FEW_RUNS),
        (QUIET, OTHER[:9], Order.PAIRED, Reason.NOT_PAIRED),
        (QUIET, [*OTHER[:9], float("nan")], Order.PAIRED, Reason.NOT_A_NUMBER),
        (QUIET, [*OTHER[:9], float("inf")], Order.MIXED, Reason.NOT_A_NUMBER),
        (QUIET, [*OTHER[:9], 0.0], Order.MIXED, Reason.NOT_POSITIVE),
        ([5.0] * 10, [5.0] * 10, Order.MIXED, Reason.ZERO_VARIANCE),
        ([5.0] * 10, [4.0] * 10, Order.PAIRED, Reason.ZERO_VARIANCE),
        (QUIET, OTHER * np.exp(np.linspace(-0.3, 0.3, 10)), Order.PAIRED, Reason.TOO_NOISY),
        (QUIET, OTHER * np.where(np.arange(10) % 2, 1.0, 1.2), Order.MIXED, Reason.BIMODAL),
        (QUIET, OTHER * 0.7, Order.STORED, Reason.STORED_BASELINE),
    ],
)
def test_undecided(a, b, order, reason) -> None:
    found = compare(runs(a), runs(b), POLICY, order).comparison
    assert (found.verdict, found.reason) == (Verdict.UNDECIDED, reason)
    assert found.explanation


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [([5.0] * 6, [5.0] * 6, "do not vary"), (QUIET, QUIET, "the same numbers"), (QUIET, QUIET * 2, "the same ratio")],
)
def test_zero_variance_says_what_it_looks_like(a, b, said) -> None:
    found = compare(runs(a), runs(b), POLICY, Order.PAIRED).comparison
    assert (found.reason, said in found.explanation) == (Reason.ZERO_VARIANCE, True), found.explanation


def test_more_pairs_are_estimated_from_the_spread() -> None:
    noisy = 100 * np.exp(np.random.default_rng(3).normal(size=8) * 0.05)
    found = compare(runs(QUIET[:8]), runs(noisy * 0.94), POLICY, Order.PAIRED).comparison
    assert found.reason is Reason.TOO_NOISY
    assert 1 <= found.pairs_needed <= 200
    assert f"about {found.pairs_needed} more pairs" in found.explanation


@pytest.mark.parametrize(
    ("value", "verdict"), [(90.0, Verdict.REGRESSION), (100.0, Verdict.EQUIVALENT), (110.0, Verdict.IMPROVED)]
)
def test_exact_metrics_are_compared_exactly(value, verdict) -> None:
    policy = replace(POLICY, deterministic=True)
    assert compare(runs([100.0]), runs([value]), policy, Order.BLOCK).comparison.verdict is verdict


def test_a_known_spread_between_sessions_decides_a_stored_baseline() -> None:
    policy = replace(POLICY, between_sessions=0.01)
    assert compare(runs(QUIET), runs(OTHER * 0.8), policy, Order.STORED).comparison.verdict is Verdict.REGRESSION
    wide = replace(POLICY, between_sessions=0.2)
    assert compare(runs(QUIET), runs(OTHER * 0.8), wide, Order.STORED).comparison.verdict is Verdict.UNDECIDED


def test_block_order_is_wider_and_said() -> None:
    mixed, block = (gate(side(runs(QUIET)), side(runs(OTHER)), lambda _: POLICY, o) for o in (Order.MIXED, Order.BLOCK))
    assert block.comparisons[0].high - block.comparisons[0].low > mixed.comparisons[0].high - mixed.comparisons[0].low
    assert any("block order" in note for note in block.notes)


def test_the_margin_never_lies_below_the_noise_floor() -> None:
    found = compare(runs(QUIET), runs(OTHER), replace(POLICY, noise_floor=0.04), Order.PAIRED).comparison
    assert found.margin == pytest.approx(0.06)
    assert any("raised" in note for note in found.notes)


def test_different_units_are_refused() -> None:
    with pytest.raises(InputError, match="ms"):
        gate(side(runs(QUIET)), side(runs(OTHER, unit="ms")), lambda _: POLICY, Order.PAIRED)


def test_different_directions_are_refused() -> None:
    with pytest.raises(InputError, match="better"):
        gate(side(runs(QUIET)), side(runs(OTHER, better="lower")), lambda _: POLICY, Order.PAIRED)


def test_another_kind_of_environment_is_refused() -> None:
    with pytest.raises(InputError, match="container"):
        gate(side(runs(QUIET), kind="vm"), side(runs(OTHER), kind="container"), lambda _: POLICY, Order.PAIRED)


def test_an_unknown_kind_is_no_other_kind() -> None:
    report = gate(side(runs(QUIET), kind="unknown"), side(runs(OTHER), kind="vm"), lambda _: POLICY, Order.PAIRED)
    assert report.exit_code == 0


def test_nothing_in_common_is_refused() -> None:
    with pytest.raises(InputError, match="in common"):
        gate(side(runs(QUIET)), side(runs(OTHER, metric="other")), lambda _: POLICY, Order.PAIRED)


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        ({"fingerprint": "4 CPUs"}, {"fingerprint": "8 CPUs"}, Reason.CHANGED_FINGERPRINT),
        ({}, {"invalid": {("w", "m"): "3 of 5 runs: throttled"}}, Reason.INVALID_RUNS),
    ],
)
def test_sides_that_cannot_be_trusted_are_undecided(a, b, reason) -> None:
    report = gate(side(runs(QUIET), **a), side(runs(OTHER * 0.5), **b), lambda _: POLICY, Order.PAIRED)
    assert (report.comparisons[0].reason, report.exit_code) == (reason, 3)


def test_a_vanished_benchmark_is_not_good_news_and_a_new_one_is_no_news() -> None:
    both, extra = runs(QUIET), runs(QUIET, metric="extra")
    vanished = gate(side(both, extra), side(both), lambda _: POLICY, Order.BLOCK)
    assert {c.reason for c in vanished.comparisons} >= {Reason.MISSING_CANDIDATE}
    assert vanished.exit_code == 3
    new = gate(side(runs(QUIET)), side(runs(OTHER), extra), lambda _: POLICY, Order.PAIRED)
    assert new.exit_code == 0


def test_versions_that_changed_are_noted() -> None:
    report = gate(
        side(runs(QUIET), marks={"kernel": "6.1", "fio": "3.33", "only here": "1"}),
        side(runs(OTHER), marks={"kernel": "6.8", "fio": "3.33", "only there": "1"}),
        lambda _: POLICY,
        Order.PAIRED,
    )
    assert report.notes == ("kernel changed from 6.1 to 6.8",)


def test_one_event_is_one_alert() -> None:
    metrics = ("iops", "p50", "p99")
    a = side(*(runs(QUIET, metric=name) for name in metrics), runs(QUIET, workload="fine"))
    b = side(*(runs(OTHER * 0.7, metric=name) for name in metrics), runs(OTHER, workload="fine"))
    report = gate(a, b, lambda _: POLICY, Order.PAIRED)
    assert [alert.workload for alert in report.alerts] == ["w"]
    assert len(report.alerts[0].comparisons) == 3
    assert report.exit_code == 1


def test_a_soft_regression_needs_a_second_metric_of_its_workload() -> None:
    soft = QUIET * 0.95
    alone = gate(
        side(runs(QUIET), runs(QUIET, metric="n")),
        side(runs(soft), runs(OTHER, metric="n")),
        lambda _: POLICY,
        Order.PAIRED,
    )
    together = gate(
        side(runs(QUIET), runs(QUIET, metric="n")),
        side(runs(soft + OTHER / 1e3), runs(soft + QUIET[::-1] / 1e3, metric="n")),
        lambda _: POLICY,
        Order.PAIRED,
    )
    assert alone.comparisons[0].reason in (Reason.SOFT_BAND, Reason.ZERO_VARIANCE)
    assert together.exit_code == 1


def test_the_soft_band_waits_for_a_witness() -> None:
    noise = np.exp(np.random.default_rng(5).normal(size=10) * 0.004)
    a = side(runs(QUIET), runs(QUIET, metric="n"))
    alone = gate(a, side(runs(QUIET * 0.95 * noise), runs(OTHER, metric="n")), lambda _: POLICY, Order.PAIRED)
    assert {c.metric: c.reason for c in alone.comparisons}["m"] is Reason.SOFT_BAND
    only = gate(side(runs(QUIET)), side(runs(QUIET * 0.95 * noise)), lambda _: POLICY, Order.PAIRED)
    assert only.comparisons[0].verdict is Verdict.REGRESSION  # nobody else to ask


def test_holm_holds_back_the_weakest_of_many() -> None:
    chance = np.random.default_rng(9)
    weak = 100 * np.exp(chance.normal(size=10) * 0.012) * 0.9575
    many = [runs(QUIET, workload=f"w{i}") for i in range(40)]
    fine = [runs(100 * np.exp(chance.normal(size=10) * 0.003), workload=f"w{i}") for i in range(1, 40)]
    alone = compare(many[0], runs(weak, workload="w0"), POLICY, Order.PAIRED).comparison
    among = gate(side(*many), side(runs(weak, workload="w0"), *fine), lambda _: POLICY, Order.PAIRED)
    assert alone.verdict is Verdict.REGRESSION
    assert among.comparisons[0].reason is Reason.MANY_METRICS


def test_secondary_metrics_only_inform() -> None:
    report = gate(side(runs(QUIET)), side(runs(OTHER * 0.5)), lambda _: replace(POLICY, primary=False), Order.PAIRED)
    assert report.comparisons[0].verdict is Verdict.REGRESSION
    assert report.exit_code == 0


def test_an_accepted_regression_does_not_fail() -> None:
    report = gate(
        side(runs(QUIET)),
        side(runs(OTHER * 0.5)),
        lambda _: POLICY,
        Order.PAIRED,
        acknowledged={"w/m": "known, fixed next week"},
    )
    assert report.exit_code == 0
    assert report.comparisons[0].acknowledged


def test_undecided_is_3_unless_allowed() -> None:
    report = gate(side(runs(QUIET[:3])), side(runs(OTHER[:3])), lambda _: POLICY, Order.PAIRED)
    assert report.exit_code == 3
    assert replace(report, allow_undecided=True).exit_code == 0
