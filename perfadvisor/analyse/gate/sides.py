"""A run as one side of a gate: its fresh runs by workload and metric, and what is known of its machine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from perfadvisor.analyse.gate.fingerprint import fingerprint, marks
from perfadvisor.model.fact import FactTable
from perfadvisor.model.gate import Runs, Side
from perfadvisor.model.result import Better, Cell, Trust, replaced
from perfadvisor.model.run import Run

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class FreshRun:
    """One value of one metric with its state; `why` says what makes it INVALID, `time` is None where it is unknown."""

    value: float
    trust: Trust = Trust.VALID
    why: str = ""
    time: float | None = None


def sides_of(run: Run, cells: Sequence[Cell], facts: Mapping[str, FactTable]) -> dict[str, Side]:
    """The run's sides by environment name, from its cells; `facts` holds the machine's facts of each environment."""
    return {environment.name: _side(run, environment.name, cells, facts) for environment in run.environments}


def _side(run: Run, environment: str, cells: Sequence[Cell], facts: Mapping[str, FactTable]) -> Side:
    mine = [cell for cell in cells if cell.environment == environment]
    found = [(runs, why) for cell in mine for runs, why in _of_cell(run, cell)]
    table = facts.get(environment, FactTable(()))
    kind = next(e.kind.value for e in run.environments if e.name == environment)
    return Side(
        name=f"{run.id} ({environment})",
        runs={runs.key: runs for runs, _ in found},
        fingerprint=fingerprint(table),
        kind=kind,
        marks={**marks(table), **run.versions, **_parameters(run)},
        invalid={runs.key: why for runs, why in found if why},
        unmeasured={key: cell.why for cell in mine for key in _unmeasured(run, cell)},
    )


def _parameters(run: Run) -> dict[str, str]:
    """How each workload was measured: a run beside an environment that forbids io_uring used libaio, and `--runtime`
    leaves a workload its name."""
    found: dict[str, str] = {}
    for name, workload in run.workloads.items():
        found |= {f"{parameter} of {name}": str(value) for parameter, value in workload.parameters.items()}
        found[f"times of {name}"] = f"{workload.runtime_s:.0f} s after {workload.warmup_s:.0f} s"
    return found


def _of_cell(run: Run, cell: Cell) -> Iterator[tuple[Runs, str]]:
    """Only the metrics a workload names to be judged by; all of them where it names none (an import)."""
    wanted = run.workloads[cell.workload].metrics
    for one in cell.estimates:
        if not wanted or one.metric in wanted:
            yield runs_of((cell.workload, one.metric), one.unit.value, one.better, _fresh(cell, one.metric))


def _fresh(cell: Cell, metric: str) -> Iterator[FreshRun]:
    """Every finished trial of the cell that has the metric, INVALID ones included; a repeat stands for the disturbed
    trial that it repeats."""
    gone = replaced(cell.trials)
    for trial in cell.trials:
        mark = cell.mark_of(trial)
        if mark is Trust.NOT_MEASURED or trial.trial.number in gone:
            continue
        own = next((doubt.reason for doubt in trial.doubts if doubt.trust is Trust.INVALID), "")
        for sample in trial.output.samples:
            if sample.metric == metric:
                yield FreshRun(value=sample.value, trust=mark, why=own or cell.why, time=trial.started)


def _unmeasured(run: Run, cell: Cell) -> Iterator[Key]:
    if cell.trust is Trust.NOT_MEASURED:
        yield from ((cell.workload, metric) for metric in run.workloads[cell.workload].metrics)


def runs_of(key: Key, unit: str, better: Better, fresh: Iterable[FreshRun]) -> tuple[Runs, str]:
    """The runs of one metric, INVALID ones left out, and why nothing can be judged by the others: "" where at least
    half of them are sound."""
    every = list(fresh)
    sound = sorted((one for one in every if one.trust.sound), key=lambda one: one.time or 0.0)
    bad = [one for one in every if not one.trust.sound]
    times = tuple(one.time for one in sound if one.time is not None)
    runs = Runs(
        workload=key[0],
        metric=key[1],
        unit=unit,
        better=better,
        values=tuple(one.value for one in sound),
        times=times if len(times) == len(sound) else (),
        left_out=tuple(one.value for one in bad),
    )
    few = len(bad) * 2 > len(every)
    why = bad[0].why or "marked INVALID" if bad else ""
    return runs, f"{len(bad)} of {len(every)} runs cannot be relied on: {why}" if few else ""
