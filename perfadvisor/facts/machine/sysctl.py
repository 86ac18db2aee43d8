"""Every kernel setting that was read below /proc/sys, under the name sysctl(8) gives it."""

from collections.abc import Iterator

from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree, Unreadable

_ROOT = "/proc/sys/"

VALUE = FactSpec(
    name="sysctl.value",
    type=str,
    subject="sysctl",
    meaning="kernel setting as the kernel prints it (vm.swappiness)",
    nature=Nature.SETTING,
)

_VM = (
    "compaction_proactiveness dirty_background_bytes dirty_background_ratio dirty_bytes dirty_expire_centisecs "
    "dirty_ratio dirty_writeback_centisecs max_map_count min_free_kbytes nr_hugepages nr_overcommit_hugepages "
    "overcommit_memory overcommit_ratio page-cluster stat_interval swappiness vfs_cache_pressure "
    "watermark_scale_factor zone_reclaim_mode"
)
_KERNEL = (
    "nmi_watchdog numa_balancing perf_event_paranoid sched_autogroup_enabled sched_cfs_bandwidth_slice_us "
    "sched_rt_runtime_us timer_migration unprivileged_userns_clone watchdog"
)

CATALOGUE: tuple[FactSpec, ...] = (VALUE,)
PATTERNS: tuple[str, ...] = (
    *(f"{_ROOT}vm/{name}" for name in _VM.split()),
    *(f"{_ROOT}kernel/{name}" for name in _KERNEL.split()),
    *(f"{_ROOT}fs/{name}" for name in ("aio-max-nr", "file-max", "nr_open")),
)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Every /proc/sys file of this tree; an empty one is an empty setting, which is a value."""
    for source in tree.sources(_ROOT):
        entry = tree.entry(source)
        if isinstance(entry, bytes):
            yield VALUE.fact(tree.text(source) or "", source=source, subject=name(source))
        elif isinstance(entry, Unreadable):
            yield VALUE.absent(entry.reason, source=source, subject=name(source))


def name(path: str) -> str:
    """The sysctl name of a path: dots for slashes, and slashes for dots within a part, as sysctl(8) writes them."""
    return ".".join(part.replace(".", "/") for part in path.removeprefix(_ROOT).split("/"))
