"""Margins by the kind of metric, and the words of what could not be decided."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from perfadvisor.analyse.gate import compare, gate
from perfadvisor.analyse.gate.margins import default_margin, least_margin, percent, raised
from perfadvisor.analyse.gate.sides import FreshRun, runs_of
from perfadvisor.model.gate import Comparison, MetricPolicy, Order, Reason, Verdict
from perfadvisor.model.result import Trust


@pytest.mark.parametrize(
    ("metric", "unit", "margin"),
    [
        ("read.lat_p99", "ns", 0.10),
        ("read.lat_p999", "ns", 0.10),
        ("udp.jitter", "s", 0.10),
        ("lat_max", "ns", 0.10),
        ("p99_us", "", 0.03),
        ("read_p99_ns", "ns", 0.10),
        ("read.lat_p50", "ns", 0.05),
        ("x", "iops", 0.05),
        ("read.iops", "", 0.05),
        ("latency", "", 0.05),
        ("x", "ms", 0.05),
        ("x", "s", 0.05),
        ("bytes_per_s", "bytes/s", 0.03),
    ],
)
def test_the_default_margin(metric, unit, margin) -> None:
    assert default_margin(metric, unit) == margin


@pytest.mark.parametrize(("share", "words"), [(0.05, "5 %"), (0.123456, "12.3 %"), (0.0001, "0.01 %"), (1.0, "100 %")])
def test_a_share_in_percent(share, words) -> None:
    assert percent(share) == words


def test_a_noisy_host_raises_the_margin_and_says_so() -> None:
    assert least_margin(0.04) == pytest.approx(0.06)
    quiet = MetricPolicy(margin=0.06, noise_floor=0.04)
    assert raised(quiet) == (quiet, "")
    assert raised(MetricPolicy(margin=0.05))[1] == ""
    policy, note = raised(MetricPolicy(margin=0.05, noise_floor=0.04))
    assert policy.margin == pytest.approx(0.06)
    assert note == "margin raised from 5 % to 6 %, because of this host's own noise"


def comparison(order: Order) -> Comparison:
    return Comparison(
        workload="w", metric="m", unit="s", better="lower", order=order, verdict=Verdict.UNDECIDED, margin=0.03
    )


@pytest.mark.parametrize(
    ("needed", "bimodal", "pairs", "reason", "words"),
    [
        (20, False, 12, Reason.TOO_NOISY, "needs about 12 more pairs"),
        (9, True, 1, Reason.BIMODAL, "needs about 1 more pairs"),
        (3, False, 1, Reason.TOO_NOISY, "needs about 1 more pairs"),
        (120, False, 112, Reason.TOO_NOISY, "needs about 112 more pairs (--pairs 120)"),
        (400, False, 392, Reason.TOO_NOISY, "needs about 392 more pairs"),
        (0, False, 0, Reason.TOO_NOISY, "more runs like these will hardly decide it"),
    ],
)
def test_an_open_question_says_how_many_more_pairs(needed, bimodal, pairs, reason, words) -> None:
    effect = SimpleNamespace(n=8, runs_needed=lambda *_: needed)
    found = compare._undecided(comparison(Order.PAIRED), effect, bimodal)
    assert (found.pairs_needed, found.reason) == (pairs, reason)
    assert found.explanation == f"the interval crosses the margin of 3 %: {words}"


def test_unpaired_sides_are_told_to_pair() -> None:
    effect = SimpleNamespace(n=8, runs_needed=lambda *_: 20)
    found = compare._undecided(comparison(Order.BLOCK), effect, False)
    assert (found.pairs_needed, "--paired" in found.explanation) == (0, True)


def test_notes_on_the_values() -> None:
    assert compare._notes(SimpleNamespace(outliers=0), []) == []
    assert compare._notes(SimpleNamespace(outliers=2), ["baseline", "candidate"]) == [
        "2 outlying values pulled in",
        "two modes in the baseline and the candidate: the values fall into two groups",
    ]


def run(value: float, trust: Trust = Trust.VALID, time: float | None = None) -> FreshRun:
    return FreshRun(value=value, trust=trust, why="busy" if trust is Trust.INVALID else "", time=time)


def test_runs_in_the_order_of_time_and_at_least_half_of_them_sound() -> None:
    bad = run(9.0, Trust.INVALID, 3.0)
    runs, why = runs_of(("w", "m"), "s", "lower", [run(1.0, time=5.0), run(2.0, time=1.0), bad, bad])
    assert (runs.values, runs.times, why) == ((2.0, 1.0), (1.0, 5.0), "")
    assert runs_of(("w", "m"), "s", "lower", [run(1.0, time=5.0), bad, bad])[1]


@pytest.mark.parametrize(
    ("p_value", "verdict"), [(0.024, Verdict.REGRESSION), (0.025, Verdict.REGRESSION), (0.026, Verdict.UNDECIDED)]
)
def test_among_many_metrics_half_of_alpha_is_needed(p_value, verdict) -> None:
    one = replace(comparison(Order.PAIRED), verdict=Verdict.REGRESSION, p_worse=p_value)
    found = gate._after_correction(one, 0.05, 7)
    assert found.verdict is verdict
    assert ("among 7 metrics of family primary" in found.explanation) is (verdict is Verdict.UNDECIDED)
    undecided = comparison(Order.PAIRED)
    assert gate._after_correction(undecided, 0.05, 7) is undecided


@pytest.mark.parametrize(
    ("better", "ratio", "soft"),
    [
        ("higher", 0.95, True),
        ("higher", 0.93, False),
        ("lower", 1.05, True),
        ("lower", 1.07, False),
        ("higher", None, True),
        ("lower", 0.5, True),
        ("higher", 1.5, True),
    ],
)
def test_a_change_is_soft_up_to_twice_the_margin(better, ratio, soft) -> None:
    """With a margin of 3 %: worse by less than a factor of 1 + 2 * ln(1.03) = 1.059."""
    assert gate._is_soft(replace(comparison(Order.PAIRED), better=better, ratio=ratio)) is soft


def test_a_metric_without_runs_keeps_its_name() -> None:
    found = gate._nothing(("w", "m"))
    assert (found.workload, found.metric, found.values) == ("w", "m", ())


@pytest.mark.parametrize("values", [(0.0, 1.0), (1.0, -1.0)])
def test_values_at_or_below_zero_have_no_ratio(values) -> None:
    for sides in ({"baseline": values, "candidate": (1.0, 1.0)}, {"baseline": (1.0, 1.0), "candidate": values}):
        found = compare._obstacle(replace(comparison(Order.PAIRED), **sides), MetricPolicy(margin=0.03))
        assert found is not None
        assert found[0] is Reason.NOT_POSITIVE


def test_runs_without_a_time_come_first() -> None:
    runs, _ = runs_of(("w", "m"), "s", "lower", [run(1.0, time=0.5), run(2.0)])
    assert runs.values == (2.0, 1.0)
