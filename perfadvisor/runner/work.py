"""The trials that a run still lacks, measured: everything around them set up, taken away, and read again."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from perfadvisor import bundle
from perfadvisor.analyse.results.trust import with_doubts
from perfadvisor.bundle import Bundle
from perfadvisor.bundle.evidence import Evidence
from perfadvisor.errors import MeasureError, PerfAdvisorError
from perfadvisor.model.result import TrialResult, TrialState
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.runner import orders
from perfadvisor.runner.borrow import Borrowed
from perfadvisor.runner.hooks import NO_HOOKS, Around, HookError, Hooks, nothing, set_around
from perfadvisor.runner.joining import as_host, joined
from perfadvisor.runner.meanwhile import Meanwhile
from perfadvisor.runner.more.extending import Further
from perfadvisor.runner.place import Storage
from perfadvisor.runner.precondition import precondition
from perfadvisor.runner.progress import Progress
from perfadvisor.runner.request import RunOptions
from perfadvisor.runner.settling import settle
from perfadvisor.runner.site import Site
from perfadvisor.runner.stage import Means, Stage, TrialSetup, set_up
from perfadvisor.runner.trial import run_trial
from perfadvisor.runner.turns import Turns
from perfadvisor.snapshotting import take
from perfadvisor.specs.peer import ADDRESS, read_peer
from perfadvisor.targets.base import NetworkEnds, Target
from perfadvisor.targets.changing import journal
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.here.network import here_link, peer_link
from perfadvisor.targets.here.uevents import Uevents
from perfadvisor.targets.open import open_target


@dataclass(frozen=True, kw_only=True)
class RunOutcome:
    """Where the run lies, and how many of its trials gave a result."""

    path: Path
    measured: int
    planned: int


@dataclass(frozen=True, kw_only=True)
class Work:
    """A run under way: its directory, the environments that are open, where storage is measured, what was asked for,
    what was taken from this machine for it, who hears how far it is, what asks for more trials than were planned, the
    user's hooks, and what stands around each trial for them."""

    saved: Bundle
    sites: Sequence[Site]
    storage: Storage | None
    options: RunOptions
    borrowed: Borrowed
    progress: Progress
    further: Further = field(default_factory=Further)
    hooks: Hooks = NO_HOOKS
    around: Around = nothing


def finish(work: Work) -> RunOutcome:
    """Measure what is left; on an interrupt keep what there is and record it in run.json."""
    saved = work.saved
    saved.note(*work.borrowed.notes)
    new = [site for site in work.sites if not saved.has_snapshot(site.name, "before")]
    for site in new:
        saved.save_snapshot(site.before, "before")
    try:
        with contextlib.ExitStack() as undo:
            book = journal.begin(saved.path / "journal.jsonl")
            undo.callback(_put_back, book, work)
            work = replace(work, around=set_around(work.hooks, book, saved.note))
            stages, turns = _stages(work, book, undo), Turns(work.sites)
            for snapshot in joined(new):
                saved.save_snapshot(snapshot, "before")
            meanwhile = Meanwhile(events=undo.enter_context(Uevents()), note=saved.note)
            _measure_all(work, stages, turns, meanwhile)
            _read_again(work, turns)
    except KeyboardInterrupt:
        saved.set_state("interrupted")
        raise
    saved.set_state("complete")
    return outcome(saved)


def _put_back(book: Journal, work: Work) -> None:
    """Undo every change; what cannot be undone is reported, and stays listed for `perfadvisor restore`."""
    for failure in book.close():
        work.progress.say(f"could not be restored: {failure}")
        work.saved.note(f"could not be restored: {failure}")


def _stages(work: Work, book: Journal, undo: contextlib.ExitStack) -> dict[str, Stage]:
    """What the trials that are left need, for every environment."""
    means = Means(
        storage=work.storage,
        journal=book,
        undo=undo,
        link=partial(link_of, work.options),
        lent=work.borrowed.function,
        say=work.progress.say,
    )
    workloads, stages = needed_workloads(work.saved, work.further), {}
    for site in work.sites:
        stages[site.name] = set_up(workloads, site, means)
        work.saved.note(*stages[site.name].notes)
        if work.options.precondition:
            known, settings = {one.id: one for one in workloads}, stages[site.name].settings
            work.saved.note(*precondition(known, site, settings, work.storage, work.progress.say))
        _let_go(site, saved=work.saved)
    return stages


def _let_go(site: Site, saved: Bundle) -> None:
    """What one environment cannot give back is reported; the others are measured with what they have."""
    try:
        site.target.give()
    except PerfAdvisorError as error:
        saved.note(f"{site.name}: {error.message}")


def link_of(options: RunOptions, target: Target) -> NetworkEnds:
    """The two ends of network tests."""
    if not options.peer:
        return target.link()
    peer = read_peer(options.peer)
    if address := peer.get(ADDRESS):
        return here_link(address, target)
    return peer_link(open_target(peer), target)


def _measure_all(work: Work, stages: dict[str, Stage], turns: Turns, meanwhile: Meanwhile) -> None:
    """The trials in their planned order, then those that what was measured asks for."""
    saved = work.saved
    results = list(bundle.load(saved.path, snapshots=False).results)
    todo = todo_trials(saved) or _extended(work, stages, results)
    while todo:
        results += _measure_these(todo, work, stages, turns, meanwhile)
        todo = _extended(work, stages, results)
    words = work.further.words(saved.header, results)
    saved.note(*words)
    for word in words:
        work.progress.say(word)


def _extended(work: Work, stages: dict[str, Stage], results: Sequence[TrialResult]) -> list[Trial]:
    """What is to be measured beyond the plan, which it is now part of; a new workload is set up as the one that it
    varies."""
    saved, found = work.saved, work.further.next(work.saved.header, results)
    if not found.trials:
        return []
    for stage in stages.values():
        for id in found.workloads:
            stage.settings[id] = stage.settings[found.like[id]]
    saved.extend(found.trials, found.workloads, orders.seal)
    saved.note(*found.said)
    for word in found.said:
        work.progress.say(word)
    return todo_trials(saved)


def _measure_these(
    todo: Sequence[Trial], work: Work, stages: dict[str, Stage], turns: Turns, meanwhile: Meanwhile
) -> Iterator[TrialResult]:
    """Each result is on disk before the next trial starts."""
    saved, progress = work.saved, work.progress
    by_name = {site.name: site for site in work.sites}
    progress.begin(saved.header.plan, list(todo))
    for trial in todo:
        workload = saved.header.workloads[trial.workload]
        progress.start(trial)
        setting = stages[trial.environment].settings[trial.workload]
        site = by_name[trial.environment]
        try:
            with work.around(trial):
                result, evidence = _turn(trial, workload, site, setting, turns, meanwhile)
        except HookError as error:
            result, evidence = run_trial(trial, workload, site, replace(setting, refusal=error.message))
        saved.append(result, evidence, with_doubts(result, workload).doubts)
        progress.end(result, workload)
        if trial is not todo[-1] and (word := settle(workload, site, setting)):
            saved.note(word)
        yield result


def _turn(
    trial: Trial, workload: Workload, site: Site, setting: TrialSetup, turns: Turns, meanwhile: Meanwhile
) -> tuple[TrialResult, Evidence]:
    """One trial; the first after a device changed hands is run twice, and only the second one counts."""
    try:
        changed = turns.hand_to(site) if not setting.refusal else False
    except PerfAdvisorError as error:
        changed, setting = False, replace(setting, refusal=error.message)
    if changed:
        run_trial(trial, workload, site, setting)
    return run_trial(trial, workload, site, setting, meanwhile)


def _read_again(work: Work, turns: Turns) -> None:
    """Did a machine change under us? One that is unavailable from now on reports it itself."""
    for site in work.sites:
        try:
            turns.hand_to(site)
            work.saved.save_snapshot(as_host(take(site.target), site, work.sites), "after")
        except PerfAdvisorError as error:
            work.saved.note(f"{site.name} could not be read again: {error.message}")


def todo_trials(saved: Bundle) -> list[Trial]:
    """The planned trials that have no result yet."""
    finished = saved.finished()
    return [trial for trial in saved.header.plan if trial.number not in finished]


def needed_workloads(saved: Bundle, further: Further) -> list[Workload]:
    """The workloads of those trials, each once; every workload of the run where more trials may be asked for."""
    if further.policies:
        return list(saved.header.workloads.values())
    return [saved.header.workloads[id] for id in dict.fromkeys(trial.workload for trial in todo_trials(saved))]


def outcome(saved: Bundle) -> RunOutcome:
    """MeasureError where no trial of the whole run gave a result."""
    results = bundle.load(saved.path, snapshots=False).results
    measured = sum(result.state is TrialState.DONE for result in results)
    if not measured:
        raise MeasureError(f"{saved.path}: nothing could be measured: {_reasons(results)}", "perfadvisor doctor")
    return RunOutcome(path=saved.path, measured=measured, planned=len(saved.header.plan))


def _reasons(results: Sequence[TrialResult]) -> str:
    return "; ".join(dict.fromkeys(result.reason for result in results)) or "no trial was planned"
