"""The way of a program that is not known before: the disk or the network interface that moved most bytes."""

from collections.abc import Iterator

from perfadvisor.facts.block import io_path
from perfadvisor.facts.block import path as block_path
from perfadvisor.facts.reading.reader import number
from perfadvisor.facts.trial.counters_path import DISKSTATS, SECTOR_BYTES, disk_counts
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree

INTERFACES = "/proc/net/dev"
PATTERNS = (DISKSTATS, INTERFACES)
LEAST_BYTES = 1 << 20  # judgement: journals and broadcasts of a quiet machine stay below a mebibyte
LEAST_SHARE = 0.8  # of what all disks, or all interfaces, moved; with less the bytes went several ways
_IN, _OUT = 0, 8  # columns of bytes received and sent (net/core/net-procfs.c, dev_seq_printf_stats)


def way(before: Tree, after: Tree, machine: Tree) -> IoPath:
    """The way of the bytes between two readings; empty where next to nothing moved, or it went several ways. Writes
    that the page cache still holds are not seen. `machine` is the whole machine's tree."""
    disks = {disk: _risen(_disk(before, disk), _disk(after, disk)) for disk in _lowest(machine)}
    old, new = dict(_interfaces(before)), dict(_interfaces(after))
    cards = {nic: _risen(old.get(nic), count) for nic, count in new.items() if io_path.of_nic(machine, nic).pci}
    (disk, from_disk), (card, from_card) = _most(disks), _most(cards)
    if not max(from_disk, from_card):
        return IoPath()
    if from_card > from_disk:
        return io_path.of_nic(machine, card)
    return IoPath(block=disk, pci=block_path.pci_address(machine, disk) or "")


def _most(moved: dict[str, int]) -> tuple[str, int]:
    name = max(moved, key=lambda one: moved[one], default="")
    most = moved.get(name, 0)
    return (name, most) if most >= LEAST_BYTES and most >= LEAST_SHARE * sum(moved.values()) else ("", 0)


def _lowest(machine: Tree) -> list[str]:
    """The disks that stand on no other disk: the bytes of a volume are those of its disk, too."""
    disks = dict.fromkeys(block_path.whole_disks(machine).values())
    return [
        disk
        for disk in disks
        if not disk.startswith(("loop", "ram", "zram")) and not machine.names(f"{block_path.BLOCK}/{disk}/slaves")
    ]


def _disk(tree: Tree, disk: str) -> int | None:
    counts = disk_counts(tree, disk)
    sectors = [number(counts[place]) for place in (2, 6)] if len(counts) > 6 else []
    known = [count for count in sectors if count is not None]
    return sum(known) * SECTOR_BYTES if known else None


def _interfaces(tree: Tree) -> Iterator[tuple[str, int]]:
    for line in (tree.text(INTERFACES) or "").splitlines()[2:]:
        name, _, rest = line.partition(":")
        columns = rest.split()
        if len(columns) > _OUT:
            yield name.strip(), sum(number(columns[place]) or 0 for place in (_IN, _OUT))


def _risen(old: int | None, new: int | None) -> int:
    return max(0, new - old) if old is not None and new is not None else 0
