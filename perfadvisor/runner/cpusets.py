"""`run --controlled`: the control groups of others on this machine kept to one core for the run.

What is measured runs in the group of this process, so that these keep every CPU, as do kernel
threads and whatever else runs in the same group. In version 1 a group may not have fewer CPUs than one below
it, so that those below are written first, and undone last.
"""

import os
from collections.abc import Iterator
from glob import escape
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.facts.cgroup import paths
from perfadvisor.facts.reading import cpulist, mountinfo
from perfadvisor.settings.commands import differences
from perfadvisor.settings.model import Intent
from perfadvisor.settings.planning import plan
from perfadvisor.targets.changing import settings
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.here.capture import capture

ROOT = Path(paths.ROOT)
FILE = "cpuset.cpus"
EFFECTIVE = ("cpuset.cpus.effective", "cpuset.effective_cpus")
MOST_GROUPS = 500
CORE = "/sys/devices/system/cpu/cpu{first}/topology/thread_siblings_list"


def hold(book: Journal) -> Iterator[str]:
    """Keep the others to the first core; yields what was done, in words. A group that the kernel refuses stays
    as it is, which is reported."""
    core = first_core(os.sched_getaffinity(0))
    own = [Path(one) for one in paths.directories(capture((paths.SELF, mountinfo.PATH)), "cpuset")]
    for group in others(own) if core else ():
        intents = list(wanted(group, core))
        try:
            made = plan(intents, capture(tuple(escape(f"{paths.ROOT}/{one.subject}") for one in intents)))
            settings.apply(made, book)
        except MeasureError as error:
            yield f"{group} keeps its CPUs: {error.message}"
        else:
            yield from differences(made.writes)


def first_core(allowed: set[int]) -> frozenset[int]:
    """The CPUs of the first core of these; none where there is no other, or cores are not shown."""
    first = min(allowed, default=0)
    path = CORE.replace("{first}", str(first))
    core = frozenset(cpulist.parse(capture((path,)).text(path) or "")) & allowed
    return core if core < allowed else frozenset()


def others(own: list[Path]) -> Iterator[Path]:
    """The groups below and beside this process's own one, and beside those above it. `own` begins with its own."""
    for above in own:
        yield from (one for one in _below(above) if one not in own)


def _below(group: Path) -> list[Path]:
    return sorted(one for one in group.iterdir() if one.is_dir() and (one / FILE).exists())


def wanted(group: Path, core: frozenset[int]) -> Iterator[Intent]:
    """What is to be written for one of these and the groups below it, innermost first; nothing where it is on other
    CPUs anyhow, or has more groups than can be changed in a moment."""
    whole = [Path(place) for place, _, _ in os.walk(group, topdown=False)]
    version_2 = (group / EFFECTIVE[0]).exists()
    for one in whole[-1:] if version_2 else whole if len(whole) <= MOST_GROUPS else ():
        kept = core & set(cpulist.parse(_cpus(one)))
        if kept:
            subject = str((one / FILE).relative_to(ROOT))
            yield Intent(setting="cgroup", subject=subject, to={"cgroup": cpulist.format(kept)})


def _cpus(group: Path) -> str:
    """The CPUs that it really has."""
    for name in (*EFFECTIVE, FILE):
        try:
            if text := (group / name).read_text().strip():
                return text
        except OSError:
            continue
    return ""
