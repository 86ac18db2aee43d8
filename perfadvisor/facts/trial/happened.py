"""What came, went or changed on a machine while a trial ran: by its state just before and just after, and by the events
that the kernel announced meanwhile, also where the change was undone before the end."""

import re
from collections.abc import Iterator, Mapping

from perfadvisor.facts.pci.address import DEVICES
from perfadvisor.facts.reading.reader import fields
from perfadvisor.model.happened import MachineChange, Where
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree

CPUS = "/sys/devices/system/cpu/online"
NET, BLOCK, POOLS = "/sys/class/net", "/sys/block", "/sys/kernel/mm/hugepages"
QUEUE = (
    "scheduler",
    "nr_requests",
    "rq_affinity",
    "nomerges",
    "wbt_lat_usec",
    "read_ahead_kb",
    "write_cache",
    "io_poll",
)
PATTERNS = (
    CPUS,
    f"{NET}/*/ifindex",
    f"{DEVICES}/*",
    f"{BLOCK}/*/size",
    f"{POOLS}/*/nr_hugepages",
    f"{POOLS}/*/free_hugepages",
)

_MOST_BYTES = 8192  # of one event, UEVENT_BUFFER_SIZE is 2048
_HEAD = re.compile(rb"[a-z]+@/")


def patterns(path: IoPath) -> tuple[str, ...]:
    """What to read around a trial whose bytes go this way."""
    wanted = list(PATTERNS)
    if path.block:
        wanted += [f"{BLOCK}/{path.block}/queue/{name}" for name in QUEUE]
    if path.pci:
        names = ("driver", "msi_irqs/*", "sriov_numvfs", "iommu_group/type")
        wanted += [f"{DEVICES}/{path.pci}/{name}" for name in names]
    return tuple(wanted)


def changes(before: Tree, after: Tree, path: IoPath) -> tuple[MachineChange, ...]:
    """What differs. What one of both readings does not hold is unknown, and no change."""
    parts = (
        _cpus(before, after),
        _interfaces(before, after, path),
        _functions(before, after, path),
        _disks(before, after, path),
        _pools(before, after),
        _on_path(before, after, path),
    )
    return tuple(change for part in parts for change in part)


def came(kind: str, name: str) -> str:
    """In these words, whoever saw it."""
    return f"{kind} {name} came"


def went(kind: str, name: str) -> str:
    """The same of what went away."""
    return f"{kind} {name} went away"


def renamed(kind: str, old: str, new: str) -> str:
    """The same of another name."""
    return f"{kind} {old} was renamed {new}"


def _cpus(before: Tree, after: Tree) -> Iterator[MachineChange]:
    old, new = before.text(CPUS), after.text(CPUS)
    if old and new and old != new:
        yield MachineChange(where=Where.MACHINE, words=f"online CPUs: {old} -> {new}")


def _interfaces(before: Tree, after: Tree, path: IoPath) -> Iterator[MachineChange]:
    """An interface is its index, which a rename leaves alone."""
    old, new = ({tree.text(f"{NET}/{name}/ifindex"): name for name in tree.names(NET)} for tree in (before, after))
    for index in old.keys() | new.keys() if old and new else ():
        was, now = old.get(index), new.get(index)
        if was == now or index is None:
            continue
        where = Where.PATH if path.nic and path.nic in (was, now) else Where.ELSEWHERE
        both = renamed("interface", was, now) if was and now else ""
        yield MachineChange(
            where=where, words=both or (went("interface", was) if was else came("interface", now or ""))
        )


def _functions(before: Tree, after: Tree, path: IoPath) -> Iterator[MachineChange]:
    old, new = (set(tree.names(DEVICES)) for tree in (before, after))
    if old and new:
        for name in sorted(old ^ new):
            where = Where.PATH if name == path.pci else Where.ELSEWHERE
            yield MachineChange(where=where, words=(went if name in old else came)("PCI function", name))


def _disks(before: Tree, after: Tree, path: IoPath) -> Iterator[MachineChange]:
    """A loop device without a file has no size: attaching one is a disk that came."""
    sizes = [{name: tree.text(f"{BLOCK}/{name}/size") for name in tree.names(BLOCK)} for tree in (before, after)]
    old, new = ({name: size for name, size in one.items() if size not in (None, "0")} for one in sizes)
    for name in sorted(old.keys() | new.keys()) if all(sizes) else ():
        where = Where.PATH if name == path.block else Where.ELSEWHERE
        if name not in old or name not in new:
            yield MachineChange(where=where, words=(went if name in old else came)("disk", name))
        elif old[name] != new[name]:
            yield MachineChange(where=where, words=f"size of disk {name}: {old[name]} -> {new[name]} sectors")


def _pools(before: Tree, after: Tree) -> Iterator[MachineChange]:
    for pool in after.names(POOLS):
        for name in ("nr_hugepages", "free_hugepages"):
            old, new = (tree.text(f"{POOLS}/{pool}/{name}") for tree in (before, after))
            if old and new and old != new:
                yield MachineChange(
                    where=Where.MEMORY, words=f"{name} of {pool.removeprefix('hugepages-')}: {old} -> {new}"
                )


def _on_path(before: Tree, after: Tree, path: IoPath) -> Iterator[MachineChange]:
    """The device's driver, interrupts, virtual functions and translation; the disk's settings."""
    device = f"{DEVICES}/{path.pci}"
    if path.pci and all(path.pci in tree.names(DEVICES) for tree in (before, after)):
        yield from _moved(
            before.link_name(f"{device}/driver"), after.link_name(f"{device}/driver"), f"driver of {path.pci}"
        )
        vectors = [",".join(sorted(tree.names(f"{device}/msi_irqs"), key=len)) for tree in (before, after)]
        yield from _moved(vectors[0], vectors[1], f"interrupts of {path.pci}")
        for name, words in (("sriov_numvfs", "virtual functions"), ("iommu_group/type", "IOMMU domain")):
            yield from _moved(before.text(f"{device}/{name}"), after.text(f"{device}/{name}"), f"{words} of {path.pci}")
    for name in QUEUE if path.block else ():
        source = f"{BLOCK}/{path.block}/queue/{name}"
        if before.exists(source) and after.exists(source):
            yield from _moved(before.text(source), after.text(source), f"{name} of {path.block}")


def _moved(old: str | None, new: str | None, what: str) -> Iterator[MachineChange]:
    if old != new:
        yield MachineChange(where=Where.PATH, words=f"{what}: {old or 'none'} -> {new or 'none'}")


def event(message: bytes, path: IoPath) -> MachineChange | None:
    """What one event of the kernel (lib/kobject_uevent.c: "remove@/devices/...", then KEY=value, each ended by NUL)
    says; None for one that changes nothing that could be felt."""
    if not _HEAD.match(message) or len(message) > _MOST_BYTES:
        return None
    text = message.decode("utf-8", "replace").replace("\0", "\n")
    values = fields(text, "=")
    # udev asks for events itself, after every program that wrote to a disk: nothing changed then.
    words = "" if "SYNTH_UUID" in values else _words(values)
    return MachineChange(where=_where(values, path), words=words) if words else None


def _words(values: Mapping[str, str]) -> str:
    action, subsystem, place = (values.get(key, "") for key in ("ACTION", "SUBSYSTEM", "DEVPATH"))
    name = place.rpartition("/")[2]
    if subsystem == "cpu" and action in ("online", "offline"):
        return f"CPU {name.removeprefix('cpu')} went {action}"
    if action == "move" and subsystem == "net":
        return renamed("interface", values.get("DEVPATH_OLD", "").rpartition("/")[2], name)
    if subsystem == "pci" and action in ("bind", "unbind"):
        return (
            f"PCI function {name}: {values.get('DRIVER', 'a driver')} was {'bound' if action == 'bind' else 'unbound'}"
        )
    kind = {"net": "interface", "block": "disk", "pci": "PCI function"}.get(subsystem, "")
    if kind and action in ("add", "remove") and values.get("DEVTYPE") != "partition":
        return (came if action == "add" else went)(kind, name)
    changed = subsystem == "block" and action == "change" and (name.startswith("loop") or "RESIZE" in values)
    return f"disk {name} changed" if changed else ""


def _where(values: Mapping[str, str], path: IoPath) -> Where:
    if values.get("SUBSYSTEM") == "cpu":
        return Where.MACHINE
    names = {values.get(key, "").rpartition("/")[2] for key in ("DEVPATH", "DEVPATH_OLD")} - {""}
    return Where.PATH if names & {path.block, path.nic, path.pci} else Where.ELSEWHERE
