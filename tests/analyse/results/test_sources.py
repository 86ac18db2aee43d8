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
