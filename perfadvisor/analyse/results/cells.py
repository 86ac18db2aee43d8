"""Trials summed up: one cell per workload and environment, and nothing ever averaged over unlike configurations."""

from collections import Counter
from collections.abc import Iterator, Mapping

from perfadvisor.analyse.results.changes import SettingChange
from perfadvisor.analyse.results.trust import merged, with_doubts
from perfadvisor.analyse.statistics import looks
from perfadvisor.analyse.statistics.estimate import CONFIDENCE, estimate, spread
from perfadvisor.model.doubts import DoubtReason
from perfadvisor.model.result import Cell, Doubt, Estimate, TrialResult, TrialState, Trust, replaced
from perfadvisor.model.run import Run
from perfadvisor.model.workload import FEWEST_RUNS, Workload

SPREAD_NOISY = 0.15  # judgement: single-run differences below 10 to 15 % are noise for fio in VMs


def cells(run: Run, changed: Mapping[str, tuple[SettingChange, ...]] | None = None) -> tuple[Cell, ...]:
    """The cells of a run in the order its plan names them; `changed` lists, per environment, settings that differ
    between the snapshots before and after."""
    groups: dict[tuple[str, str], list[TrialResult]] = {}
    for trial in run.plan:
        groups.setdefault((trial.workload, trial.environment), [])
    for result in run.results:
        key = (result.trial.workload, result.trial.environment)
        groups.setdefault(key, []).append(with_doubts(result, run.workloads[key[0]]))
    return tuple(
        cell(
            run.workloads[workload],
            environment,
            tuple(results),
            (changed or {}).get(environment, ()),
            stops_itself=run.precision is not None,
        )
        for (workload, environment), results in groups.items()
    )


def cell(
    workload: Workload,
    environment: str,
    results: tuple[TrialResult, ...],
    changed: tuple[SettingChange, ...] = (),
    *,
    stops_itself: bool = False,
) -> Cell:
    """All fresh runs of one workload in one environment. INVALID runs are left out of the estimates as long as any
    other is there; with nothing else the cell is INVALID itself and its numbers are shown, not used. A disturbed run
    that was repeated with a better mark is left out, too. `stops_itself`: the runs ended when their interval was narrow
    enough, which takes a higher level for each look."""
    gone = replaced(results)
    done = tuple(one for one in results if one.state is TrialState.DONE and one.trial.number not in gone)
    sound = tuple(result for result in done if result.trust is not Trust.INVALID)
    used = sound or done
    estimates = tuple(_estimates(used, stops_itself=stops_itself))
    doubts = [_as_noise(doubt) if sound else doubt for doubt in merged(done)]
    doubts += _cell_doubts(workload, estimates, used, changed)
    doubts += _failures(results) if done else ()
    return Cell(
        workload=workload.id,
        environment=environment,
        estimates=estimates,
        trials=results,
        doubts=tuple(doubts),
        reason=_why_nothing(results) if not done else "",
    )


def _as_noise(doubt: Doubt) -> Doubt:
    return Doubt(trust=Trust.NOISY, reason=doubt.reason, evidence=doubt.evidence)


def _estimates(results: tuple[TrialResult, ...], *, stops_itself: bool) -> Iterator[Estimate]:
    samples = [sample for result in results for sample in result.output.samples]
    for first in {sample.metric: sample for sample in reversed(samples)}.values():
        values = [sample.value for sample in samples if sample.metric == first.metric]
        confidence = looks.confidence(len(values)) if stops_itself else CONFIDENCE
        yield estimate(first.metric, first.unit, first.better, values, confidence)


def _cell_doubts(
    workload: Workload,
    estimates: tuple[Estimate, ...],
    used: tuple[TrialResult, ...],
    changed: tuple[SettingChange, ...],
) -> Iterator[Doubt]:
    felt = [change for change in changed if change.concerns(workload, (result.path for result in used))]
    if felt:
        yield Doubt(trust=Trust.INVALID, reason=DoubtReason.MACHINE_CHANGED, evidence=", ".join(map(str, felt)))
    if used and workload.metrics and len(used) < FEWEST_RUNS:
        yield Doubt(trust=Trust.NOISY, reason=DoubtReason.FEW_RUNS, evidence=f"{len(used)} usable")
    headline = next((e for name in workload.metrics for e in estimates if e.metric == name), None)
    apart = spread(headline.values) if headline else None
    if headline and apart is not None and apart > SPREAD_NOISY:
        evidence = f"{headline.metric}: {headline.n} runs lie {apart:.0%} of the median apart"
        yield Doubt(trust=Trust.NOISY, reason=DoubtReason.RUNS_DISAGREE, evidence=evidence)


def _failures(results: tuple[TrialResult, ...]) -> Iterator[Doubt]:
    """Trials without a result beside others that have one: what ended them may have touched the others as well."""
    reasons = [result.reason or "no reason given" for result in results if result.state is not TrialState.DONE]
    if reasons:
        listed = "; ".join(_counted(reasons))
        evidence = f"{len(reasons)} of {len(results)} trials gave no result: {listed}"
        yield Doubt(trust=Trust.NOISY, reason=DoubtReason.TRIALS_FAILED, evidence=evidence)


def _counted(reasons: list[str]) -> Iterator[str]:
    """Each reason once, with how often it was given where that was more than once."""
    for reason, count in Counter(reasons).items():
        yield f"{reason} ({count} times)" if count > 1 else reason


def _why_nothing(results: tuple[TrialResult, ...]) -> str:
    return next((result.reason for result in results if result.reason), "not run yet")
