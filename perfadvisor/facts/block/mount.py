"""Mounted file systems, and which disks carry them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from perfadvisor.facts.block.path import BLOCK, whole_disks
from perfadvisor.facts.block.path import PATTERNS as BLOCK_PATTERNS
from perfadvisor.facts.reading import mountinfo
from perfadvisor.model.fact import Absent, Fact, Nature, SpecMaker
from perfadvisor.model.tree import Tree

MOUNTS = "/proc/mounts"
SWAPS = "/proc/swaps"
PATTERNS = (mountinfo.PATH, SWAPS, *BLOCK_PATTERNS)


_spec = SpecMaker("mount", Nature.IDENTITY)


FILE_SYSTEM = _spec("file_system", str, "type of the file system")
SOURCE = _spec("source", str, "what is mounted, as the kernel names it")
DEVICE = _spec("device", str, "whole disk it lies on", refers_to="block")
OPTIONS = _spec("options", str, "mount options, then those of the file system, comma separated", nature=Nature.SETTING)
CATALOGUE = (FILE_SYSTEM, SOURCE, DEVICE, OPTIONS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mount:
    """One mount: its point, type, source, options, and the device number "259:2" ("" where it is unknown)."""

    point: str
    file_system: str
    source: str
    options: str
    number: str


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Every mount point; where several are stacked on one, the last, which is the one that is seen."""
    path, mounts = read(tree)
    disks = whole_disks(tree)
    for mount in {mount.point: mount for mount in mounts}.values():
        yield FILE_SYSTEM.fact(mount.file_system, source=path, subject=mount.point)
        yield SOURCE.fact(mount.source, source=path, subject=mount.point)
        yield OPTIONS.fact(mount.options, source=path, subject=mount.point)
        disk = disk_of(mount, disks)
        yield DEVICE.given(disk, source=path, subject=mount.point, reason="no disk of this machine is behind it")


def read(tree: Tree) -> tuple[str, tuple[Mount, ...]]:
    """(source, mounts): mountinfo where it was read, else the older list without device numbers."""
    return tree.once(_read)


def _read(tree: Tree) -> tuple[str, tuple[Mount, ...]]:
    text = tree.text(mountinfo.PATH)
    if text is not None:
        return mountinfo.PATH, tuple(map(_mount, mountinfo.parse(text)))
    return MOUNTS, tuple(parse_mounts(tree.text(MOUNTS) or ""))


def _mount(line: mountinfo.MountLine) -> Mount:
    return Mount(
        point=line.point,
        file_system=line.file_system,
        source=line.source,
        options=",".join(filter(None, [line.options, line.super_options])),
        number=line.number,
    )


def parse_mounts(text: str) -> Iterator[Mount]:
    """The lines of /proc/mounts and /etc/mtab."""
    for line in text.splitlines()[: mountinfo.MOST]:
        fields = line.split(" ")
        if len(fields) >= 4:
            point, source = mountinfo.unescape(fields[1]), mountinfo.unescape(fields[0])
            yield Mount(point=point, file_system=fields[2], source=source, options=fields[3], number="")


def disk_of(mount: Mount, disks: Mapping[str, str]) -> str | None:
    """The whole disk of a mount, of those in `whole_disks`: by its number, else (btrfs makes one up) by its source."""
    if mount.number in disks:
        return disks[mount.number]
    return disks.get(mount.source.removeprefix("/dev/")) if mount.source.startswith("/dev/") else None


def mounted_disks(tree: Tree) -> set[str] | None:
    """The disks that carry a mount or swap, those below them included; None where no list of mounts was read."""
    path, mounts = read(tree)
    if not tree.exists(path):
        return None
    disks = whole_disks(tree)
    swapped = (line.split(" ", 1)[0] for line in (tree.text(SWAPS) or "").splitlines())
    swaps = (disks.get(name.removeprefix("/dev/")) for name in swapped if name.startswith("/dev/"))
    todo = [disk for disk in (*(disk_of(mount, disks) for mount in mounts), *swaps) if disk]
    used = set(todo)
    while todo:
        below = {disks[slave] for slave in tree.names(f"{BLOCK}/{todo.pop()}/slaves") if slave in disks}
        todo.extend(below - used)
        used |= below
    return used
