"""Runs whose cells are in any state: each has a value that no other cell has, so that outputs can be searched."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from perfadvisor.judge import judge_run
from perfadvisor.model.result import Doubt, Output, Sample, TrialResult, TrialState, Trust
from perfadvisor.model.run import Run
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Environment, EnvironmentKind, Trial, Workload
from perfadvisor.report.view import ReportView
from perfadvisor.specs.spec import Spec

KINDS = {
    "lat": (("read.lat_p50", Unit.NANOSECONDS, "lower"), {"iodepth": 1, "block_size_bytes": 4096}, 1e5),
    "iops": (("read.iops", Unit.IOPS, "higher"), {"iodepth": 32, "block_size_bytes": 4096}, 1e5),
    "bytes": (("read.bytes_per_s", Unit.BYTES_PER_SECOND, "higher"), {"iodepth": 8, "block_size_bytes": 1 << 20}, 1e9),
}
REASON = {Trust.INVALID: "other work ran on the CPUs", Trust.NOISY: "CPU time was stolen by the hypervisor"}
WHY_NOT = "io_uring is not permitted"


@dataclass(frozen=True)
class Planned:
    """One cell: what it asks, where, and the state of each of its trials."""

    kind: str
    environment: str
    states: tuple[Trust, ...]

    @property
    def workload(self) -> str:
        return f"storage/{self.kind}"


def made(cells: Sequence[Planned]) -> Run:
    """The run of these cells; trial values are 1.11, 1.21, 1.31 ... of the kind's size, so that each is its own."""
    results = tuple(_results(cells))
    environments = tuple(dict.fromkeys(cell.environment for cell in cells))
    return Run(
        id="made",
        started=1.0,
        seed=1,
        argv=(),
        state="complete",
        versions={},
        host={"name": "box"},
        environments=tuple(_environment(name, environments) for name in environments),
        workloads={f"storage/{kind}": _workload(kind) for kind in KINDS},
        plan=tuple(result.trial for result in results),
        results=results,
    )


def judged(cells: Sequence[Planned]) -> ReportView:
    """Judged without any rule: only what the report itself says is looked at."""
    return replace(judge_run(made(cells), (), source="made"), now="now")


def value(kind: str, number: int) -> float:
    return KINDS[kind][2] * (1.11 + 0.1 * number)


def _environment(name: str, names: tuple[str, ...]) -> Environment:
    parent = names[0] if name != names[0] else ""
    kind = EnvironmentKind.CONTAINER if parent else EnvironmentKind.BARE_METAL
    return Environment(name=name, spec=Spec(text=name), kind=kind, parent=parent)


def _workload(kind: str) -> Workload:
    metric = KINDS[kind][0][0]
    return Workload(
        id=f"storage/{kind}", title=f"Asks {kind}", device="storage", tool="fio", parameters={}, metrics=(metric,)
    )


def _results(cells: Sequence[Planned]):
    number = 0
    for cell in cells:
        for repeat, state in enumerate(cell.states, 1):
            number += 1
            (metric, unit, better), details, _ = KINDS[cell.kind]
            trial = Trial(
                number=number,
                workload=cell.workload,
                environment=cell.environment,
                repeat=repeat,
                position=1,
                runtime_s=1,
                warmup_s=0,
            )
            sample = Sample(metric=metric, value=value(cell.kind, number), unit=unit, better=better)
            missing = state is Trust.NOT_MEASURED
            yield TrialResult(
                trial=trial,
                state=TrialState.NOT_MEASURED if missing else TrialState.DONE,
                started=float(number),
                duration_s=1.0,
                command=("fio",),
                output=Output(samples=() if missing else (sample,), details=details),
                doubts=(Doubt(trust=state, reason=REASON[state], evidence="seen"),) if state in REASON else (),
                reason=WHY_NOT if missing else "",
            )
