"""A small run as a value."""

from dataclasses import replace

import pytest

from perfadvisor.model.result import Doubt, Histogram, IoPath, Output, Sample, TrialResult, TrialState, Trust
from perfadvisor.model.run import Run
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Environment, EnvironmentKind, Trial, Workload
from perfadvisor.specs.parse import read_spec


def a_trial(number: int = 1) -> Trial:
    return Trial(
        number=number,
        workload="storage/x",
        environment="local",
        repeat=number,
        position=1,
        runtime_s=10,
        warmup_s=2.5,
        parameters={"bs": "4k", "iodepth": 32, "direct": True, "rate": 0.5},
    )


def a_result(number: int = 1) -> TrialResult:
    output = Output(
        samples=(Sample(metric="read.iops", value=1234.5, unit=Unit.IOPS, better="higher"),),
        details={"direct": True, "depth": 32, "share": 1.0, "name": "fio-3.33\x00ü"},
        histograms=(Histogram(metric="read.lat", edges_ns=(1.0, 2.0), counts=(3, 4)),),
    )
    return TrialResult(
        trial=a_trial(number),
        state=TrialState.DONE,
        started=1700000000.25,
        duration_s=12.5,
        command=("fio", "--x"),
        output=output,
        path=IoPath(file="/x", block="vda"),
        deltas={"cpu.steal_share": 0.0},
        doubts=(Doubt(trust=Trust.NOISY, reason="the path changed", evidence="vda, then vdb"),),
    )


@pytest.fixture
def trial_count() -> int:
    return 3


@pytest.fixture
def run(trial_count: int) -> Run:
    workload = Workload(
        id="storage/x", title="X", device="storage", tool="fio", parameters={"bs": "4k"}, metrics=("read.iops",)
    )
    return Run(
        id="r1",
        started=1700000000.0,
        seed=7,
        argv=("perfadvisor", "run"),
        state="running",
        versions={"fio": "3.33"},
        host={"name": "h"},
        workloads={"storage/x": workload},
        results=(),
        environments=(Environment(name="local", spec=read_spec("local"), kind=EnvironmentKind.VM),),
        plan=tuple(a_trial(number) for number in range(1, trial_count + 1)),
    )


@pytest.fixture
def result():
    return a_result


@pytest.fixture
def with_state():
    return lambda run, state: replace(run, state=state)
