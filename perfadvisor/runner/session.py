"""A whole run, from what was asked for to the last result on disk. Read it from the top."""

import contextlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from perfadvisor import bundle
from perfadvisor.analyse.results.trust import with_doubts
from perfadvisor.bundle import Bundle
from perfadvisor.bundle.evidence import Evidence
from perfadvisor.bundle.schema import run_file
from perfadvisor.errors import MeasureError, PerfAdvisorError
from perfadvisor.expand import expand, lone_pairs
from perfadvisor.facts.block.io_path import node
from perfadvisor.facts.reading import cpulist
from perfadvisor.model.result import Path as IoPath
from perfadvisor.model.result import TrialResult, TrialState
from perfadvisor.model.run import Run
from perfadvisor.model.workload import FEWEST_HAND_OVERS, Environment, Trial, Workload
from perfadvisor.plan import Fitted, fewest_repeats, fit, plan
from perfadvisor.runner import identity, orders, place
from perfadvisor.runner.borrow import Borrowed, borrow
from perfadvisor.runner.early import refuse_early
from perfadvisor.runner.progress import Progress
from perfadvisor.runner.request import Request, Wishes, wishes_of
from perfadvisor.runner.site import Site, ground, open_sites
from perfadvisor.runner.stage import Setting, Stage, needs_storage, set_up
from perfadvisor.runner.trial import run_trial
from perfadvisor.runner.turns import Turns
from perfadvisor.snapshotting import take
from perfadvisor.targets.base import Passed
from perfadvisor.targets.changing import journal
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.here.network import Link, OwnNetwork, here_link, local_link, own_address, peer_link
from perfadvisor.targets.open import open_target
from perfadvisor.targets.turns import TakesTurns
from perfadvisor.targets.vm.probe import host_is_emulated

EMULATED = "this machine is emulated, without hardware virtualisation: its figures prove the path, not the speed"
LONE = "this machine has one NUMA node"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Where the run lies, and how many of its trials gave a result."""

    path: Path
    measured: int
    planned: int


def measure(request: Request, progress: Progress) -> Outcome:
    """A new run. Whatever ends it early, every finished trial is in `request.out`.

    InputError for a request that cannot be met, MeasureError where no trial gave a result."""
    refuse_early(request)
    with contextlib.ExitStack() as undo:
        written = undo.enter_context(place.mark_after(progress.say))
        borrowed = borrow(request.wishes, undo, progress.say)
        sites = open_sites(request.environments, undo, request.wishes.opening(), progress.say)
        base = ground(sites)
        storage = place.choose(storage_workloads(request.workloads), base, request.wishes)
        written.extend(place.written_in(storage))
        fitted = _fitted(request, base, sites, _device_node(base, storage, borrowed.any_of(sites)))
        saved = _created(request, _run(request, base, sites, fitted))
        undo.callback(saved.close)
        if host_is_emulated():
            saved.note(EMULATED)
        saved.note(*fitted.notes)
        for note in fitted.notes:
            progress.say(note)
        return _finish(saved, sites, storage, request.wishes, borrowed, progress)


def resume(path: Path, progress: Progress, confirm: Callable[[str, str], str]) -> Outcome:
    """Finish a run that was interrupted: the trials it planned and does not have."""
    orders.refuse_folder(path)
    with contextlib.ExitStack() as undo:
        written = undo.enter_context(place.mark_after(progress.say))
        saved = bundle.reopen(path)
        undo.callback(saved.close)
        orders.refuse_foreign(path, saved.header)
        if saved.header.state == "complete" and not _todo(saved):
            return _outcome(saved)
        wishes = wishes_of(saved.header.options, confirm)
        borrowed = borrow(wishes, undo, progress.say)
        specs = [environment.spec for environment in saved.header.environments]
        sites = open_sites(specs, undo, wishes.opening(), progress.say)
        storage = place.choose(storage_workloads(_todo_workloads(saved)), ground(sites), wishes)
        written.extend(place.written_in(storage))
        saved.set_state("running")
        return _finish(saved, sites, storage, wishes, borrowed, progress)


def _created(request: Request, run: Run) -> Bundle:
    """The run's folder, sealed, so that this user can resume it."""
    options = request.wishes.options()
    return bundle.create(request.out, run, options, orders.seal(run_file(run, options)))


def storage_workloads(workloads: Sequence[Workload]) -> list[Workload]:
    """Those that need a test file or device."""
    return [workload for workload in workloads if needs_storage(workload)]


def _device_node(base: Site, storage: place.Storage | None, function: Passed | None) -> int | None:
    """The node of the device under test: the disk, or else the function that memory is mapped for."""
    way = storage.way if storage else IoPath(pci=function.address) if function else None
    return node(base.machine, way) if way else None


def _fitted(request: Request, base: Site, sites: Sequence[Site], device_node: int | None) -> Fitted:
    """The workloads for this machine's nodes, within the budget."""
    facts = base.facts
    cpu_nodes, memory_nodes = (
        cpulist.parse(str(facts.value(name) or "0")) for name in ("numa.has_cpu", "numa.has_memory")
    )
    lone = lone_pairs(request.workloads, cpu_nodes=cpu_nodes, memory_nodes=memory_nodes)
    if len(lone) == len(request.workloads):
        raise MeasureError(f"{LONE}: there are no pairs to compare", "perfadvisor run memory measures its own node")
    notes = (f"{LONE}: left out what compares pairs of nodes, {', '.join(one.id for one in lone)}",) if lone else ()
    asked = [workload for workload in request.workloads if workload not in lone]
    workloads = expand(asked, cpu_nodes=cpu_nodes, memory_nodes=memory_nodes, device_node=device_node)
    environments = [site.environment for site in sites]
    fitted = _in_time(request, workloads, environments)
    few = _too_few(fitted.repeats, fewest_repeats(environments))
    return replace(fitted, notes=(*notes, *few, *fitted.notes))


def _too_few(repeats: int, fewest: int) -> tuple[str, ...]:
    """Said only where a device changes hands: elsewhere the marks on the results say it."""
    if not repeats < fewest == FEWEST_HAND_OVERS:
        return ()
    return (f"hand-overs of a device: {repeats}, too few for an interval (give --repeats {fewest} or more)",)


def _in_time(request: Request, workloads: Sequence[Workload], environments: Sequence[Environment]) -> Fitted:
    if request.budget_s is None:
        return Fitted(workloads=tuple(workloads), repeats=request.repeats)
    setup_s = place.set_up_s(storage_workloads(workloads), request.wishes)
    return fit(
        workloads, environments=environments, repeats=request.repeats, budget_s=request.budget_s, setup_s=setup_s
    )  # fmt: skip


def _run(request: Request, base: Site, sites: Sequence[Site], fitted: Fitted) -> Run:
    environments = tuple(site.environment for site in sites)
    return Run(
        id=f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(3)}",
        started=time.time(),
        seed=request.seed,
        argv=request.argv,
        state="running",
        versions=identity.versions(base.target, {workload.tool for workload in fitted.workloads}),
        host=identity.host(base),
        environments=environments,
        workloads={workload.id: workload for workload in fitted.workloads},
        plan=plan(fitted.workloads, environments, repeats=fitted.repeats, seed=request.seed),
        results=(),
    )


def _finish(
    saved: Bundle,
    sites: Sequence[Site],
    storage: place.Storage | None,
    wishes: Wishes,
    borrowed: Borrowed,
    progress: Progress,
) -> Outcome:
    """Measure what is left; on an interrupt keep what there is and say so in run.json."""
    saved.note(*borrowed.notes)
    for site in sites:
        if not saved.has_snapshot(site.name, "before"):
            saved.save_snapshot(site.before, "before")
    try:
        with contextlib.ExitStack() as undo:
            book = journal.begin(saved.path / "journal.jsonl")
            undo.callback(_put_back, book, saved, progress)
            stages = _stages(saved, sites, storage, wishes, borrowed, book, undo, progress)
            turns = Turns(sites)
            _measure_all(saved, sites, stages, turns, progress)
            _read_again(saved, sites, turns)
    except KeyboardInterrupt:
        saved.set_state("interrupted")
        raise
    saved.set_state("complete")
    return _outcome(saved)


def _put_back(book: Journal, saved: Bundle, progress: Progress) -> None:
    """Undo every change; what cannot be undone is said, and stays listed for `perfadvisor restore`."""
    for failure in book.close():
        progress.say(f"could not be put back: {failure}")
        saved.note(f"could not be put back: {failure}")


def _stages(
    saved: Bundle,
    sites: Sequence[Site],
    storage: place.Storage | None,
    wishes: Wishes,
    borrowed: Borrowed,
    book: Journal,
    undo: contextlib.ExitStack,
    progress: Progress,
) -> dict[str, Stage]:
    """What the trials that are left need, for every environment."""
    workloads = _todo_workloads(saved)
    stages = {}
    for site in sites:
        if isinstance(site.target, TakesTurns) and site.target.note:
            saved.note(site.target.note)
        link, function = partial(link_of, site, wishes), borrowed.of(site)
        stage = set_up(workloads, site, storage, link, book, undo, progress.say, function)
        saved.note(*stage.notes)
        stages[site.name] = stage
        if isinstance(site.target, TakesTurns):
            site.target.give()
    return stages


def link_of(site: Site, wishes: Wishes) -> Link:
    """The two ends of network tests."""
    if address := own_address(wishes.peer):
        return here_link(address, site.target)
    if wishes.peer:
        return peer_link(open_target(wishes.peer), site.target)
    return site.target.link() if isinstance(site.target, OwnNetwork) else local_link()


def _measure_all(
    saved: Bundle, sites: Sequence[Site], stages: dict[str, Stage], turns: Turns, progress: Progress
) -> None:
    """The trials in their planned order, each on disk before the next one starts."""
    by_name = {site.name: site for site in sites}
    todo = _todo(saved)
    progress.begin(saved.header.plan, todo)
    for trial in todo:
        workload = saved.header.workloads[trial.workload]
        progress.start(trial)
        setting = stages[trial.environment].settings[trial.workload]
        result, evidence = _turn(trial, workload, by_name[trial.environment], setting, turns)
        saved.append(result, evidence, with_doubts(result, workload).doubts)
        progress.end(result, workload)


def _turn(
    trial: Trial, workload: Workload, site: Site, setting: Setting, turns: Turns
) -> tuple[TrialResult, Evidence]:
    """One trial; the first after a device changed hands is run twice, and only the second one counts."""
    try:
        changed = turns.hand_to(site) if not setting.refusal else False
    except PerfAdvisorError as error:
        changed, setting = False, replace(setting, refusal=error.message)
    if changed:
        run_trial(trial, workload, site, setting)
    return run_trial(trial, workload, site, setting)


def _read_again(saved: Bundle, sites: Sequence[Site], turns: Turns) -> None:
    """Did a machine change under us? One that cannot be had any more says so itself."""
    for site in sites:
        try:
            turns.hand_to(site)
            saved.save_snapshot(take(site.target), "after")
        except PerfAdvisorError as error:
            saved.note(f"{site.name} could not be read again: {error.message}")


def _todo(saved: Bundle) -> list[Trial]:
    """The planned trials that have no result yet."""
    finished = saved.finished()
    return [trial for trial in saved.header.plan if trial.number not in finished]


def _todo_workloads(saved: Bundle) -> list[Workload]:
    """The workloads of those trials, each once."""
    return [saved.header.workloads[id] for id in dict.fromkeys(trial.workload for trial in _todo(saved))]


def _outcome(saved: Bundle) -> Outcome:
    """MeasureError where no trial of the whole run gave a result."""
    results = bundle.load(saved.path, snapshots=False).results
    measured = sum(result.state is TrialState.DONE for result in results)
    if not measured:
        raise MeasureError(f"{saved.path}: nothing could be measured: {_reasons(results)}", "perfadvisor doctor")
    return Outcome(path=saved.path, measured=measured, planned=len(saved.header.plan))


def _reasons(results: Sequence[TrialResult]) -> str:
    return "; ".join(dict.fromkeys(result.reason for result in results)) or "no trial was planned"
