"""A run as one side of a gate: its fresh runs by workload and metric, and what is known of its machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from perfadvisor.analyse.gate.fingerprint import fingerprint, marks
from perfadvisor.model.fact import FactTable
from perfadvisor.model.gate import Runs, Side
from perfadvisor.model.result import Sample, TrialResult, TrialState, Trust
from perfadvisor.model.run import Run

Key = tuple[str, str]


@dataclass(slots=True)
class _Gathered:
    sample: Sample
    results: list[tuple[TrialResult, float]] = field(default_factory=list)


def sides_of(run: Run, facts: Mapping[str, FactTable]) -> dict[str, Side]:
    """The run's sides by environment name; `facts` holds the machine's facts of each environment that was read."""
    return {environment.name: _side(run, environment.name, facts) for environment in run.environments}


def _side(run: Run, environment: str, facts: Mapping[str, FactTable]) -> Side:
    gathered = _gather(run, environment)
    table = facts.get(environment, FactTable(()))
    kind = next(e.kind.value for e in run.environments if e.name == environment)
    return Side(
        name=f"{run.id} ({environment})",
        runs={key: runs for key, one in gathered.items() if (runs := _runs(key[0], one)).values},
        fingerprint=fingerprint(table),
        kind=kind,
        marks={**marks(table), **run.versions},
        invalid={key: why for key, one in gathered.items() if (why := _invalid(one))},
    )


def _gather(run: Run, environment: str) -> dict[Key, _Gathered]:
    """Only the metrics a workload names to be judged by; all of them where it names none (an import)."""
    gathered: dict[Key, _Gathered] = {}
    for result in run.results:
        if result.trial.environment != environment or result.state is not TrialState.DONE:
            continue
        wanted = run.workloads[result.trial.workload].metrics
        for sample in result.output.samples:
            if not wanted or sample.metric in wanted:
                key = (result.trial.workload, sample.metric)
                gathered.setdefault(key, _Gathered(sample)).results.append((result, sample.value))
    return gathered


def _runs(workload: str, one: _Gathered) -> Runs:
    sound = [(result, value) for result, value in one.results if result.trust is not Trust.INVALID]
    sound.sort(key=lambda pair: pair[0].started)
    return Runs(
        workload=workload,
        metric=one.sample.metric,
        unit=one.sample.unit.value,
        better=one.sample.better,
        values=tuple(value for _, value in sound),
        times=tuple(result.started for result, _ in sound),
    )


def _invalid(one: _Gathered) -> str:
    bad = [result for result, _ in one.results if result.trust is Trust.INVALID]
    if len(bad) * 2 <= len(one.results):
        return ""
    doubt = next(doubt for doubt in bad[0].doubts if doubt.trust is Trust.INVALID)
    return f"{len(bad)} of {len(one.results)} runs cannot be relied on: {doubt.reason}"
