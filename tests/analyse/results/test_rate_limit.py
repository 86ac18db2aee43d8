"""A rate limit is told by its shape, or by the job's own options."""

import json

import pytest

from perfadvisor.analyse.results.rate_limit import evidence, rate_limited
from perfadvisor.analyse.results.sources import DERIVED
from perfadvisor.analyse.results.trust import limited, queue_depth
from perfadvisor.model.result import Output, TrialResult, TrialState, Trust
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.tools.fio_parse import parse

CAPPED = {
    "block_size_bytes": 4096, "iodepth": 32, "rate_variation": 0.0004, "latency_p5_ns": 10.6e6,
    "latency_p95_ns": 10.7e6, "latency_min_ns": 0.4e6,
}  # fmt: skip
WORKLOAD = Workload(
    id="storage/x",
    title="x",
    device="storage",
    tool="fio",
    parameters={},
    metrics=(),
    runtime_s=8.0,
    warmup_s=0.0,
    why="",
)


def trial(details):
    asked = Trial(number=1, workload="w", environment="e", repeat=1, position=1, runtime_s=8.0, warmup_s=0.0)
    output = details if isinstance(details, Output) else Output(samples=(), details=details)
    return TrialResult(trial=asked, state=TrialState.DONE, started=0.0, duration_s=8.0, output=output)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"rate_variation": 0.011}, False),
        ({"latency_p95_ns": 11.2e6}, False),
        ({"latency_min_ns": 2.7e6}, False),
        ({"block_size_bytes": 65537}, None),
        ({"latency_p5_ns": None}, None),
        ({"rate_variation": 0.5, "rate_options": "rate_iops=100"}, True),
    ],
)
def test_shapes(change, expected):
    details = {name: value for name, value in {**CAPPED, **change}.items() if value is not None}
    assert rate_limited(trial(details)) is expected
    doubt = limited(trial(details), WORKLOAD)
    if expected and "rate_options" not in details:
        assert doubt.trust is Trust.NOISY and "0.04%" in doubt.evidence and "0.40 ms" in doubt.evidence
    else:
        assert doubt is None and evidence(trial(details)) == ""


@pytest.mark.parametrize("name", ["randread-qd32.json", "randread-qd1-both.json", "randrw-70-30.json"])
def test_real_disks_are_not_limited(data, name):
    assert rate_limited(trial(parse((data / "fio" / name).read_bytes()))) is not True


def test_options_tell_whether_a_limit_was_asked_for():
    assert DERIVED["rate_asked"](trial({"iodepth": 1, "rate_options": "rate=1m"})) is True
    assert DERIVED["rate_asked"](trial({"iodepth": 1})) is False
    assert DERIVED["rate_asked"](trial({})) is None


@pytest.mark.parametrize(("target", "asked"), [(1e9, True), (0.0, False), (0, False), (None, None)])
def test_iperf3_tells_of_its_target(target, asked):
    details = {"protocol": "TCP"} if target is None else {"protocol": "TCP", "target_bitrate": target}
    assert DERIVED["rate_asked"](trial(details)) is asked


def test_without_latencies_the_depth_is_that_of_fio_s_own_count(data):
    """A real fio with gtod_reduce=1: nearly all I/Os were issued at the depth asked for."""
    output = parse((data / "fio" / "gtod-reduce.json").read_bytes())
    assert queue_depth(trial(output), WORKLOAD) is None
    shallow = json.loads(json.dumps({**output.details, "depth_reached_share": 0.5}))
    assert queue_depth(trial(shallow), WORKLOAD).trust is Trust.INVALID
    assert DERIVED["latency_off"](trial(output)) == "gtod_reduce=1"
    assert DERIVED["achieved_depth"](trial(output)) is None
