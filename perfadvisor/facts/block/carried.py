"""What rests on a disk: mounts, swap, and the device-mapper, RAID and other devices built upon it."""

from collections.abc import Iterator, Mapping

from perfadvisor.facts.block.mount import MOUNTS, SWAPS, disk_of, read
from perfadvisor.facts.block.mount import PATTERNS as MOUNT_PATTERNS
from perfadvisor.facts.block.path import BLOCK, devices, parts, whole_disks
from perfadvisor.model.fact import Absent, Fact, Nature, SpecMaker
from perfadvisor.model.tree import Tree

PATTERNS = (MOUNTS, *MOUNT_PATTERNS)


_spec = SpecMaker("block", Nature.IDENTITY)


POINTS = _spec("mount_points", str, "where it, a partition or something built upon it is mounted, comma separated")
SWAP = _spec("is_swap", bool, "whether it, a partition of it or something built upon it is swapped to")
HOLDERS = _spec("holders", str, "block devices built upon it or a partition of it, comma separated")
CATALOGUE = (POINTS, SWAP, HOLDERS)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Of each whole disk."""
    disks = whole_disks(tree)
    path, mounts = read(tree)
    points = [(one.point, _below(tree, disks, disk_of(one, disks))) for one in mounts]
    swaps = [_below(tree, disks, disks.get(name.removeprefix("/dev/"))) for name in _swaps(tree)]
    for disk in devices(tree):
        here = ",".join(sorted({point for point, below in points if disk in below}))
        why = "not mounted" if tree.exists(path) else tree.why_unreadable(path)
        yield POINTS.given(here or None, source=path, subject=disk, reason=why)
        swapped = any(disk in below for below in swaps) if tree.exists(SWAPS) else None
        yield SWAP.given(swapped, source=SWAPS, subject=disk, reason=tree.why_unreadable(SWAPS))
        holders = ",".join(_holders(tree, disk))
        yield HOLDERS.given(holders or None, source=f"{BLOCK}/{disk}", subject=disk, reason="nothing is built upon it")


def _swaps(tree: Tree) -> Iterator[str]:
    return (line.split(" ", 1)[0] for line in (tree.text(SWAPS) or "").splitlines()[1:])


def _holders(tree: Tree, disk: str) -> tuple[str, ...]:
    paths = (f"{BLOCK}/{disk}", *(f"{BLOCK}/{disk}/{part}" for part in parts(tree, disk)))
    return tuple(sorted({name for path in paths for name in tree.names(f"{path}/holders")}))


def _below(tree: Tree, disks: Mapping[str, str], top: str | None) -> set[str]:
    """The disk itself and all it is built upon."""
    found: set[str] = set()
    todo = [top] if top else []
    while todo:
        disk = todo.pop()
        if disk not in found:
            found.add(disk)
            todo += [disks[slave] for slave in tree.names(f"{BLOCK}/{disk}/slaves") if slave in disks]
    return found
