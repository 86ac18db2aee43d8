"""Plans and results of runs that never ran, to ask policies about."""

from collections.abc import Mapping, Sequence

from perfadvisor.bundle.schema import RunFile, run_file
from perfadvisor.model.result import Output, Sample, TrialResult, TrialState
from perfadvisor.model.run import Run
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Environment, Trial, Workload
from perfadvisor.plan import plan
from perfadvisor.specs.parse import read_spec

LOCAL = Environment(name="local", spec=read_spec("local"))
STOLEN = {"cpu.steal_share": 0.05}


def workload(name: str = "storage/x", **parameters: int) -> Workload:
    return Workload(
        id=name,
        title=name,
        device="storage",
        tool="fio",
        metrics=("read.iops",),
        runtime_s=1.0,
        warmup_s=0.0,
        parameters=parameters,
    )


def run_of(workloads: Sequence[Workload], repeats: int, environments: tuple[Environment, ...] = (LOCAL,)) -> Run:
    return Run(
        id="r",
        started=1.0,
        seed=3,
        argv=(),
        state="running",
        versions={},
        host={},
        environments=environments,
        workloads={one.id: one for one in workloads},
        plan=plan(workloads, environments, repeats=repeats, seed=3),
        results=(),
    )


def header_of(workloads: Sequence[Workload], repeats: int, environments: tuple[Environment, ...] = (LOCAL,)) -> RunFile:
    return run_file(run_of(workloads, repeats, environments), {})


def result(trial: Trial, iops: float, deltas: Mapping[str, float] | None = None, **more: float) -> TrialResult:
    samples = [Sample(metric="read.iops", value=iops, unit=Unit.IOPS, better="higher")]
    samples += [Sample(metric=f"read.{name}", value=value, unit=Unit.NANOSECONDS) for name, value in more.items()]
    return TrialResult(
        trial=trial,
        state=TrialState.DONE,
        started=float(trial.number),
        duration_s=1.0,
        output=Output(samples=tuple(samples)),
        deltas=deltas or {},
    )
