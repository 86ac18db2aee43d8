"""The named policies of desired settings: values and subjects that follow from what was read of the machine, as pure
functions.

A value's policy is given the setting, the subject with its place among all subjects of it, and the argument."""

from collections.abc import Callable, Mapping
from posixpath import basename, dirname

from perfadvisor.facts.block import mount
from perfadvisor.facts.block.path import whole_disks
from perfadvisor.facts.irq.load import device_irqs, quiet_cpus
from perfadvisor.facts.reading import cpulist
from perfadvisor.model.tree import Tree
from perfadvisor.settings import reading, texts
from perfadvisor.settings.asked import MissingError, PolicyInput, whole
from perfadvisor.settings.definitions import values as definition_values
from perfadvisor.settings.definitions.places import PLACES

CPUS = "/sys/devices/system/cpu"
POOLS = "/sys/kernel/mm/hugepages"
NET = "/sys/class/net"
CGROUPS = "/sys/fs/cgroup/"
CAP_FILES = (
    "io.max",
    *(f"blkio.throttle.{way}_{unit}_device" for way in ("read", "write") for unit in ("bps", "iops")),
)


def _beside(asked: PolicyInput) -> str:
    """What another file of the same directory says."""
    return asked.beside(f"{dirname(asked.source)}/{asked.argument}")


def _third_at_least(asked: PolicyInput) -> str:
    """Three numbers of which the last is at least this; it is never lowered."""
    values = reading.values(asked.setting, asked.subject, asked.tree) or {}
    words = next(iter(values.values()), "").split()
    if len(words) != 3:
        raise MissingError(f"{asked.source}: {asked.tree.why_unreadable(asked.source)}")
    return " ".join((*words[:2], str(max(int(asked.argument), whole(words[2], asked.source)))))


def _no_limit(asked: PolicyInput) -> str:
    """What a control group's file takes as no limit: version 1 has -1, version 2 a word."""
    return "-1" if asked.subject.endswith(("_us", "_in_bytes")) else "max"


def _no_cap(asked: PolicyInput) -> str:
    """No cap of a control group on one device."""
    return texts.no_cap(asked.subject)


def _one_each(asked: PolicyInput) -> str:
    """A CPU of the list for each subject in turn; those that are kept free for other work are left out."""
    quiet = quiet_cpus(asked.tree) or frozenset()
    cpus = [cpu for cpu in cpulist.parse(asked.argument) if cpu not in quiet]
    if not cpus:
        raise MissingError(f"no CPU of {asked.argument} is free for interrupts")
    return str(cpus[asked.place % len(cpus)])


def _not_quiet(asked: PolicyInput) -> str:
    """The CPUs of the list without those that are kept free for other work."""
    left = set(cpulist.parse(asked.argument)) - (quiet_cpus(asked.tree) or frozenset())
    if not left:
        raise MissingError(f"no CPU of {asked.argument} is free for interrupts")
    return cpulist.format(left)


def _mask_share(asked: PolicyInput) -> str:
    """A mask of every n-th CPU of the list, n being the number of subjects, as wide as the one that is there."""
    cpus = cpulist.parse(asked.argument)
    if not cpus:
        raise MissingError(f"no list of CPUs: {asked.argument!r}")
    share = cpus[asked.place :: asked.count] or (cpus[asked.place % len(cpus)],)
    width = len(asked.beside(asked.source).replace(",", ""))
    digits = f"{sum(1 << cpu for cpu in share):0{width}x}"
    groups = [digits[max(0, end - 8) : end] for end in range(len(digits), 0, -8)]
    return ",".join(reversed(groups))


def _in_use(asked: PolicyInput) -> str:
    """The huge pages of a pool that are used or promised. What is promised is counted for all nodes together, so each
    keeps all of it."""
    total, free = (_pages(asked, f"{dirname(asked.source)}/{name}") for name in ("nr_hugepages", "free_hugepages"))
    promised = _pages(asked, f"{POOLS}/{basename(asked.subject)}/resv_hugepages")
    return str(min(total, total - free + promised))


def _pages(asked: PolicyInput, path: str) -> int:
    return whole(asked.beside(path), path)


def _more_pages(asked: PolicyInput) -> str:
    """The pool that is there and the pages of the machine's own size that so many bytes need beyond its free ones."""
    size = _meminfo(asked, "Hugepagesize") << 10
    if not size:
        raise MissingError("/proc/meminfo: huge pages of no size")
    needed = -(-whole(asked.argument, asked.setting.name) // size)
    return str(_pages(asked, asked.source) + max(0, needed - _meminfo(asked, "HugePages_Free")))


def _page_kib(asked: PolicyInput) -> str:
    """The machine's own size of huge pages."""
    return str(_meminfo(asked, "Hugepagesize"))


def _meminfo(asked: PolicyInput, name: str) -> int:
    told = dict(line.split(":", 1) for line in asked.beside("/proc/meminfo").splitlines() if ":" in line)
    if name not in told:
        raise MissingError(f"/proc/meminfo: no {name}")
    return whole(told[name].removesuffix(" kB"), f"/proc/meminfo: {name}")


VALUES: Mapping[str, Callable[[PolicyInput], str]] = {
    "beside": _beside,
    "third_at_least": _third_at_least,
    "no_limit": _no_limit,
    "no_cap": _no_cap,
    "one_each": _one_each,
    "not_quiet": _not_quiet,
    "mask_share": _mask_share,
    "in_use": _in_use,
    "more_pages": _more_pages,
    "page_kib": _page_kib,
    **definition_values.VALUES,
}


def _cpus(cpus: str, _tree: Tree) -> tuple[str, ...]:
    """Each CPU of a list, by its name in /sys."""
    return tuple(f"cpu{cpu}" for cpu in cpulist.parse(cpus))


def _vectors(address: str, tree: Tree) -> tuple[str, ...]:
    """The interrupts of a PCI function."""
    return device_irqs(tree, address)


def _caps(directory: str, tree: Tree) -> tuple[str, ...]:
    """Every cap on I/O in a control group's directory, as FILE@DEVICE."""
    found = []
    for name in CAP_FILES:
        file = f"{directory}/{name}"
        devices = (line.split()[0] for line in (tree.text(file) or "").splitlines() if line.split())
        found += [f"{file.removeprefix(CGROUPS)}@{device}" for device in devices]
    return tuple(found)


def _sync_mounts(disk: str, tree: Tree) -> tuple[str, ...]:
    """The mount points of a disk where every write waits."""
    disks, (_, mounts) = whole_disks(tree), mount.read(tree)
    return tuple(
        dict.fromkeys(
            one.point for one in mounts if mount.disk_of(one, disks) == disk and "sync" in one.options.split(",")
        )
    )


def _send_queues(nic: str, tree: Tree) -> tuple[str, ...]:
    """The send queues of a NIC, in the order of their numbers."""
    queues = f"{nic}/queues"
    return tuple(
        f"{queues}/tx-{number}"
        for number in sorted(
            int(name[3:]) for name in tree.names(f"{NET}/{queues}") if name.startswith("tx-") and name[3:].isdecimal()
        )
    )


SUBJECTS: Mapping[str, Callable[[str, Tree], tuple[str, ...]]] = {
    "vectors": _vectors,
    "cpus": _cpus,
    "caps": _caps,
    "sync_mounts": _sync_mounts,
    "send_queues": _send_queues,
    **PLACES,
}
