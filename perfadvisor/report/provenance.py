"""Where the numbers come from: commands, order of trials, versions and snapshots, enough to do it all again."""

import shlex
from dataclasses import dataclass

from perfadvisor.formatting import duration, when
from perfadvisor.model.result import TrialResult
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.report.view import ReportView


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstCommand:
    """What was run for one workload in one environment; `others` counts trials whose command differs from it."""

    workload: str
    environment: str
    command: str
    others: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SnapshotText:
    """A snapshot in words."""

    environment: str
    when: str
    time: str
    clock_source: str
    version: str
    sources: int
    unreadable: int


def commands(view: ReportView) -> tuple[FirstCommand, ...]:
    """The first trial's command of every cell, as a shell would take it."""
    return tuple(
        FirstCommand(
            workload=cell.workload,
            environment=cell.environment,
            command=shlex.join(cell.trials[0].command),
            others=sum(trial.command != cell.trials[0].command for trial in cell.trials),
        )
        for cell in view.cells
        if cell.trials and cell.trials[0].command
    )


def trials(view: ReportView) -> tuple[TrialResult, ...]:
    """All trials in the order they were started."""
    results = view.run.results if view.run else ()
    return tuple(sorted(results, key=lambda result: (result.started, result.trial.number)))


def snapshots(view: ReportView) -> tuple[SnapshotText, ...]:
    """The snapshots around the trials."""
    if view.run is None:
        return ()
    pairs = [("before", view.run.before), ("after", view.run.after)]
    return tuple(_taken(label, snapshot) for label, taken in pairs for snapshot in taken.values())


def _taken(label: str, snapshot: Snapshot) -> SnapshotText:
    return SnapshotText(
        environment=snapshot.environment,
        when=label,
        time=when(snapshot.taken),
        clock_source=snapshot.clock_source,
        version=snapshot.version,
        sources=len(snapshot.tree),
        unreadable=sum(1 for _ in snapshot.tree.unreadable()),
    )


def took(view: ReportView) -> str:
    """From the first trial's start to the last one's end."""
    done = trials(view)
    if not done:
        return ""
    return duration(max(result.started + result.duration_s for result in done) - done[0].started)
