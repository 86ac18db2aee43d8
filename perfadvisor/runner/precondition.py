"""`run --precondition`: drives that are written to until their rate is steady, before the trials that count.

A fresh drive writes fast until its spare blocks are used up. As in SNIA's Solid State Storage Performance Test
Specification (2.0.2): purge, fill, then rounds of the workload until five of them lie within 20 % of their mean and
show no trend. Only a raw device that its user has confirmed is purged and filled; a test file is written already.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from perfadvisor.analyse.results.steady import ROUNDS, settled
from perfadvisor.errors import MeasureError
from perfadvisor.model.result import TrialResult, TrialState
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.runner.place import Storage, size_of, writes
from perfadvisor.runner.site import Site
from perfadvisor.runner.stage import TrialSetup
from perfadvisor.runner.trial import run_trial
from perfadvisor.targets.base import Command
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.varying import uses_storage

ROUND_S, MOST_ROUNDS = 5.0, 25
PURGE_S, FILL_S = 600.0, 6 * 3600.0
FILL_BLOCK = 1 << 20

Run = Callable[[Trial, Workload, Site, TrialSetup], TrialResult]
Say = Callable[[str], None]


def precondition(
    workloads: Mapping[str, Workload], site: Site, settings: dict[str, TrialSetup], storage: Storage | None, say: Say
) -> tuple[str, ...]:
    """Bring each workload that writes to its steady state; `settings` of these say afterwards whether it was reached.
    Returns what was done, for whoever reads the results."""
    writers = [one for one in workloads.values() if uses_storage(one) and writes(one) and not settings[one.id].refusal]
    if not writers:
        return ()
    notes = []
    if storage and storage.device and storage.writable:
        notes += [_purged(site, storage.device.node), _filled(max(writers, key=size_of), site, settings)]
    for workload in writers:
        say(f"writing {workload.id} until it is steady")
        steady, note = until_steady(workload, site, settings[workload.id], _run)
        settings[workload.id] = replace(settings[workload.id], steady=steady)
        notes.append(f"{site.name}: {note}")
    return tuple(filter(None, notes))


def until_steady(workload: Workload, site: Site, setting: TrialSetup, run: Run) -> tuple[bool, str]:
    """Rounds of the workload until the last five are steady, or there were too many; whether they are, and in words."""
    seconds, done = min(ROUND_S, workload.runtime_s), list[TrialResult]()
    for number in range(1, MOST_ROUNDS + 1):
        result = run(_round(workload, number, seconds), workload, site, setting)
        if result.state is not TrialState.DONE:
            return False, f"{workload.id}: writing until steady ended at round {number}: {result.reason}"
        done.append(result)
        if len(done) >= ROUNDS and settled(done[-ROUNDS:])[0]:
            return True, f"{workload.id}: written until steady, {number} rounds of {seconds:g} s"
    return False, f"{workload.id}: never steady in {MOST_ROUNDS} rounds of {seconds:g} s"


def _run(trial: Trial, workload: Workload, site: Site, setting: TrialSetup) -> TrialResult:
    return run_trial(trial, workload, site, setting)[0]


def _round(workload: Workload, number: int, seconds: float) -> Trial:
    return Trial(
        number=number,
        workload=workload.id,
        environment="",
        repeat=number,
        position=1,
        runtime_s=seconds,
        warmup_s=0.0,
        parameters=workload.parameters,
    )


def _purged(site: Site, node: str) -> str:
    """All blocks of the device discarded; it is blank by then, and its user has typed its name."""
    try:
        done = site.target.run(Command(argv=("blkdiscard", node), timeout_s=PURGE_S))
    except MeasureError as error:
        return f"{node}: not purged: {error.message}"
    said = done.stderr.decode("utf-8", "replace").strip()
    return f"{node}: purged" if done.returncode == 0 else f"{node}: not purged: {said[:200]}"


def _filled(workload: Workload, site: Site, settings: Mapping[str, TrialSetup]) -> str:
    """Every block that the workloads use written once, in order."""
    whole = replace(
        workload,
        parameters={"rw": "write", "engine": "psync", "block_size_bytes": FILL_BLOCK, "size_bytes": size_of(workload)},
    )
    argv = list(fill_argv(whole, settings[workload.id]))
    done = site.target.run(Command(argv=tuple(argv), timeout_s=FILL_S))
    if done.returncode:
        raise MeasureError(f"the device could not be filled: {done.stderr.decode('utf-8', 'replace').strip()[:300]}")
    return f"{settings[workload.id].context.device}: filled"


def fill_argv(workload: Workload, setting: TrialSetup) -> tuple[str, ...]:
    """One pass of fio over the device, ended by its size and not by a time."""

    words = TOOLS[workload.tool].command(workload, _round(workload, 1, 1.0), setting.context)
    return tuple(word for word in words if not word.startswith(("--time_based", "--runtime", "--ramp_time")))
