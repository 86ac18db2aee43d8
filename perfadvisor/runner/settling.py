"""A pause after a trial that wrote: the next one starts when its disk has been idle for a moment.

What the page cache still holds is written for up to half a minute after the writer has ended (dirty_expire_centisecs,
Documentation/admin-guide/sysctl/vm.rst), and would be the next trial's disturbance. A drive that tidies up inside moves
nothing that a host can count: only `--precondition` answers that.
"""

import contextlib
import time
from collections.abc import Callable

from perfadvisor.errors import MeasureError
from perfadvisor.facts.reading.reader import number
from perfadvisor.facts.trial.counters_path import DISKSTATS, SECTOR_BYTES, disk_counts
from perfadvisor.model.workload import Workload
from perfadvisor.runner.place import writes
from perfadvisor.runner.site import Site
from perfadvisor.runner.stage import TrialSetup
from perfadvisor.targets.base import Command, Target
from perfadvisor.varying import uses_storage

MOST_S, LOOK_S = 10.0, 0.5
IDLE_BYTES = 1 << 20  # judgement, in one look: journals and logs write a little at all times
SECTORS = 6  # place in a line of diskstats, counted from behind the name


def settle(workload: Workload, site: Site, setting: TrialSetup, sleep: Callable[[float], None] = time.sleep) -> str:
    """Wait until what the trial wrote is on the disk; "", or in words that it was still written at the end. Nothing to
    wait for after a trial that did not write, or whose disk is not known."""
    disk = setting.path.block
    if setting.refusal or not disk or not (uses_storage(workload) and writes(workload)):
        return ""
    if setting.context.file:
        with contextlib.suppress(MeasureError):
            site.target.run(Command(argv=("sync", setting.context.file), timeout_s=MOST_S))
    before = _written(site.target, disk)
    for _ in range(round(MOST_S / LOOK_S)):
        sleep(LOOK_S)
        now = _written(site.target, disk)
        if before is None or now is None or now - before < IDLE_BYTES:
            return ""
        before = now
    return f"{disk} was still written to {MOST_S:.0f} s after a trial of {workload.id}"


def _written(target: Target, disk: str) -> int | None:
    """Bytes written to it so far; None where that cannot be read."""
    try:
        counts = disk_counts(target.tree((DISKSTATS,)), disk)
    except MeasureError:
        return None
    sectors = number(counts[SECTORS]) if len(counts) > SECTORS else None
    return None if sectors is None else sectors * SECTOR_BYTES
