"""The machine's own load in numbers: what its CPUs, disks and NICs did per second of the window."""

from collections.abc import Iterator, Mapping

from perfadvisor.facts.reading.reader import number
from perfadvisor.facts.trial.counters_cpu import difference
from perfadvisor.facts.trial.counters_path import SECTOR_BYTES, disk_counts
from perfadvisor.model.result import IoPath, Sample
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

# Shares and rates that the deltas of a trial hold already, in the order in which they are shown.
MACHINE = {
    "cpu.busy_share": Unit.RATIO,
    "cpu.max_busy_share": Unit.RATIO,
    "cpu.iowait_share": Unit.RATIO,
    "cpu.steal_share": Unit.RATIO,
    "cpu.max_softirq_share": Unit.RATIO,
    "interrupts.per_s": Unit.PER_SECOND,
    "context_switches.per_s": Unit.PER_SECOND,
    "pressure.cpu_some_share": Unit.RATIO,
    "pressure.io_some_share": Unit.RATIO,
    "pressure.memory_some_share": Unit.RATIO,
}
DEVICE = {
    "path.block.busy_share": Unit.RATIO,
    "path.irq.per_s": Unit.PER_SECOND,
    "path.irq.max_cpu_share": Unit.RATIO,
    "path.irq.remote_share": Unit.RATIO,
}
# Fields of /proc/diskstats behind the name (Documentation/admin-guide/iostats.rst): I/Os, sectors, ms spent.
WAYS = {"read": (0, 2, 3), "write": (4, 6, 7)}
# Statistics of a NIC: metric, unit, and what one count stands for.
COUNTS = {
    "rx_bytes": ("rx.bits_per_s", Unit.BITS_PER_SECOND, 8),
    "tx_bytes": ("tx.bits_per_s", Unit.BITS_PER_SECOND, 8),
    "rx_packets": ("rx.packets_per_s", Unit.PER_SECOND, 1),
    "tx_packets": ("tx.packets_per_s", Unit.PER_SECOND, 1),
    "rx_dropped": ("rx.dropped_per_s", Unit.PER_SECOND, 1),
}
PATTERNS = tuple(f"/sys/class/net/*/statistics/{name}" for name in COUNTS)


def samples(
    before: Tree, after: Tree, *, seconds: float, path: IoPath, moved: Mapping[str, float]
) -> tuple[Sample, ...]:
    """Everything known of this path's load; what could not be read is left out. `moved` holds the window's deltas."""
    known = DEVICE if path.block or path.nic else MACHINE
    found = list(_disk(before, after, seconds, path.block)) if path.block else []
    found += _nic(before, after, seconds, path.nic) if path.nic else []
    found += [Sample(metric=name, value=moved[name], unit=unit) for name, unit in known.items() if name in moved]
    return tuple(found)


def _disk(before: Tree, after: Tree, seconds: float, disk: str) -> Iterator[Sample]:
    old, new = disk_counts(before, disk), disk_counts(after, disk)
    for way, places in WAYS.items():
        ios, sectors, spent_ms = (_rise(old, new, place) for place in places)
        if ios is None or sectors is None:
            continue
        yield Sample(metric=f"{way}.iops", value=ios / seconds, unit=Unit.IOPS)
        yield Sample(metric=f"{way}.bytes_per_s", value=sectors * SECTOR_BYTES / seconds, unit=Unit.BYTES_PER_SECOND)
        if ios and spent_ms:  # counted in whole milliseconds: 0 is too short to tell
            yield Sample(metric=f"{way}.lat_mean", value=spent_ms / ios * 1e6, unit=Unit.NANOSECONDS)


def _rise(old: list[str], new: list[str], place: int) -> float | None:
    values = [number(row[place]) if place < len(row) else None for row in (old, new)]
    return difference(*values)


def _nic(before: Tree, after: Tree, seconds: float, nic: str) -> Iterator[Sample]:
    for name, (metric, unit, factor) in COUNTS.items():
        counts = (number(tree.text(f"/sys/class/net/{nic}/statistics/{name}")) for tree in (before, after))
        rise = difference(*counts)
        if rise is not None:
            yield Sample(metric=metric, value=rise * factor / seconds, unit=unit)
