"""Where `result.*` facts come from."""

import pytest

from perfadvisor.analyse.results.sources import DERIVED, SAMPLES
from perfadvisor.model.result import Output, TrialResult, TrialState
from perfadvisor.model.workload import Trial


def test_total_latency_goes_before_completion_latency() -> None:
    for name, percentile in (("latency_p50_ns", "p50"), ("latency_p99_ns", "p99"), ("latency_p999_ns", "p999")):
        ways = ("read", "write", "mixed", "round_trip")
        assert SAMPLES[name] == tuple(f"{way}.{kind}_{percentile}" for kind in ("lat", "clat") for way in ways)


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"protocol": "TCP", "congestion": "cubic"}, True),
        ({"protocol": "TCP", "congestion": "bbr"}, False),
        ({"protocol": "TCP"}, True),
        ({"protocol": "UDP"}, None),
        ({}, None),
    ],
)
def test_whether_losses_slow_a_flow_down(details, expected):
    trial = Trial(number=1, workload="w", environment="e", repeat=1, position=1, runtime_s=8.0, warmup_s=0.0)
    output = Output(samples=(), details=details)
    result = TrialResult(trial=trial, state=TrialState.DONE, started=0.0, duration_s=8.0, output=output)
    assert DERIVED["slows_for_loss"](result) is expected


@pytest.mark.parametrize(
    ("deltas", "expected"),
    [
        # Stopped in a tenth of the periods, for 1 ms each: a two-hundredth of the time.
        (
            {"cgroup.periods": 100.0, "cgroup.throttled": 10.0, "cgroup.throttled_ns": 5e6, "cgroup.used_ns": 9.95e8},
            0.005,
        ),
        ({"cgroup.periods": 100.0, "cgroup.throttled": 0.0, "cgroup.throttled_ns": 0.0}, 0.0),
        ({"cgroup.periods": 0.0, "cgroup.throttled": 0.0}, 0.0),
        ({"cgroup.periods": 100.0, "cgroup.throttled": 10.0, "cgroup.throttled_ns": 5e6}, None),
        ({"cgroup.periods": 100.0, "cgroup.throttled": 10.0}, None),
        ({}, None),
    ],
)
def test_what_a_quota_takes_is_a_share_of_time_not_of_periods(deltas, expected):
    trial = Trial(number=1, workload="w", environment="e", repeat=1, position=1, runtime_s=8.0, warmup_s=0.0)
    result = TrialResult(trial=trial, state=TrialState.DONE, started=0.0, duration_s=8.0, deltas=deltas)
    assert DERIVED["throttled_share"](result) == expected
