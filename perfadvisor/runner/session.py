"""A whole run, from what was asked for to the last result on disk. Read it from the top."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from perfadvisor import bundle
from perfadvisor.bundle import Bundle
from perfadvisor.bundle.schema import run_file
from perfadvisor.model.run import Run
from perfadvisor.runner import orders, place, quiet
from perfadvisor.runner.borrow import borrow
from perfadvisor.runner.early import refuse_early
from perfadvisor.runner.engines import agree
from perfadvisor.runner.hooks import Hooks
from perfadvisor.runner.more.again import Again
from perfadvisor.runner.more.extending import Further
from perfadvisor.runner.more.precise import Precise
from perfadvisor.runner.planning import device_node, fitted, planned, storage_workloads
from perfadvisor.runner.progress import Progress
from perfadvisor.runner.request import Request, options_of
from perfadvisor.runner.site import ground, open_sites
from perfadvisor.runner.work import RunOutcome, Work, finish, needed_workloads, outcome, todo_trials
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.vm.probe import host_is_emulated

EMULATED = "this machine is emulated, without hardware virtualisation: its figures prove the path, not the speed"


def measure(request: Request, progress: Progress) -> RunOutcome:
    """A new run. Whatever ends it early, every finished trial is in `request.out`.

    InputError for a request that cannot be met, MeasureError where no trial gave a result."""
    began = time.monotonic()
    refuse_early(request)
    options = request.options
    with contextlib.ExitStack() as undo:
        written = undo.enter_context(place.mark_after(progress.say))
        borrowed = borrow(options, request.environments, undo, progress.say)
        sites = open_sites(request.environments, undo, options.opening(), progress.say)
        base = ground(sites)
        storage = place.choose(storage_workloads(request.workloads), base, options)
        written.extend(place.written_in(storage))
        near = device_node(base, storage, borrowed.any_of(sites))
        chosen = fitted(request, agree(request.workloads, sites), base, sites, near)
        saved = _created(request, planned(request, base, sites, chosen))
        undo.callback(saved.close)
        if host_is_emulated():
            saved.note(EMULATED)
        cached = place.cache_note(storage_workloads(chosen.workloads), base, storage)
        saved.note(*request.notes, *chosen.notes, *cached, *quiet.look_first(request.wait_quiet_s, progress.say))
        for note in (*request.notes, *chosen.notes, *cached):
            progress.say(note)
        work = Work(
            saved=saved,
            sites=sites,
            storage=storage,
            options=options,
            borrowed=borrowed,
            progress=progress,
            further=_further(request, began),
            hooks=request.hooks,
        )
        return finish(work)


def _further(request: Request, began: float) -> Further:
    """What is measured beyond the plan: disturbed trials again within a budget, and repeats for precision."""
    again = () if request.budget_s is None else (Again(),)
    precise = () if request.precision is None else (Precise(request.precision),)
    deadline = None if request.budget_s is None else began + request.budget_s
    return Further(policies=(*request.policies, *again, *precise), deadline=deadline)


def resume(
    path: Path, progress: Progress, confirm: Callable[[str, str], str], hooks: Hooks | None = None
) -> RunOutcome:
    """Finish a run that was interrupted: the trials it planned and does not have. A run that began with hooks needs
    them given again."""
    orders.refuse_folder(path)
    with contextlib.ExitStack() as undo:
        written = undo.enter_context(place.mark_after(progress.say))
        saved = bundle.reopen(path)
        undo.callback(saved.close)
        orders.refuse_foreign(path, saved.header)
        orders.refuse_without_hooks(path, saved.header, given=bool(hooks))
        if saved.header.state == "complete" and not todo_trials(saved):
            return outcome(saved)
        options = options_of(saved.header.options, confirm)
        specs = [read_spec(environment.spec.text) for environment in saved.header.environments]
        borrowed = borrow(options, specs, undo, progress.say)
        sites = open_sites(specs, undo, options.opening(), progress.say)
        wanted = bundle.precision(saved.header)
        further = Further(policies=() if wanted is None else (Precise(wanted),))
        storage = place.choose(storage_workloads(needed_workloads(saved, further)), ground(sites), options)
        written.extend(place.written_in(storage))
        saved.set_state("running")
        work = Work(
            saved=saved,
            sites=sites,
            storage=storage,
            options=options,
            borrowed=borrowed,
            progress=progress,
            further=further,
            hooks=hooks or Hooks(),
        )
        return finish(work)


def _created(request: Request, run: Run) -> Bundle:
    """The run's directory, sealed, so that this user can resume it."""
    options = request.options.kept()
    if request.precision is not None:
        options[bundle.PRECISION] = request.precision
    if request.rating:
        options[bundle.RATING] = request.rating
    if request.hooks:
        options[orders.HOOKS] = True
    return bundle.create(request.out, run, options, orders.seal(run_file(run, options)))
