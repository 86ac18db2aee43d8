"""What the devices on a result's way did between two readings: interrupts, disk and NIC statistics, PCIe errors."""

import re
from collections.abc import Iterator

from perfadvisor.facts.block.io_path import node
from perfadvisor.facts.irq import load as irq_load
from perfadvisor.facts.memory import nodes
from perfadvisor.facts.net.shaping import root_rate
from perfadvisor.facts.pci.address import DEVICES, chain
from perfadvisor.facts.reading import interrupts
from perfadvisor.facts.reading.reader import fields, number
from perfadvisor.facts.trial import counters_cpu
from perfadvisor.facts.trial.counters_cpu import difference
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree

DISKSTATS = "/proc/diskstats"
SECTOR_BYTES = 512  # whatever the disk's own (Documentation/admin-guide/iostats.rst)
NIC_STATISTICS = ("rx_packets", "rx_dropped", "rx_missed_errors")
SHAPES = ("qdisc", "class")
AER = {"aer.correctable": "aer_dev_correctable", "aer.fatal": "aer_dev_fatal"}

# What drivers call "a packet came and no buffer was posted" in `ethtool -S`: mlx5; igb, e1000e; ixgbe; bnxt.
NO_BUFFER = frozenset({"rx_out_of_buffer", "rx_no_buffer_count", "rx_no_dma_resources", "rx_discards"})
# mlx5: the device could not reach memory over PCIe for that long (Documentation/networking/.../mlx5/counters.rst).
PCI_STALLS = frozenset({"outbound_pci_stalled_rd_events", "outbound_pci_stalled_wr_events"})

_WAY = re.compile(r"(nvme[0-9]+)c[0-9]+(n[0-9]+)")

Pairs = Iterator[tuple[str, float | None]]


def patterns(path: IoPath, machine: Tree) -> tuple[str, ...]:
    """What to read for this way."""
    wanted: list[str] = []
    if path.pci:
        wanted += [interrupts.SOURCE, f"{DEVICES}/{path.pci}/irq", f"{DEVICES}/{path.pci}/msi_irqs/*"]
        wanted += [f"{directory}/{file}" for directory in _ports(machine, path.pci) for file in AER.values()]
    if path.block:
        wanted.append(DISKSTATS)
    if path.nic:
        wanted += [f"/sys/class/net/{path.nic}/statistics/{name}" for name in NIC_STATISTICS]
        wanted.append(f"$ ethtool -S {path.nic}")
        wanted += [f"$ tc {what} show dev {path.nic}" for what in SHAPES]
    return tuple(wanted)


def deltas(before: Tree, after: Tree, seconds: float, path: IoPath, machine: Tree) -> Pairs:
    """The rises of every device on the way; nothing for a way that crosses none."""
    if path.pci:
        yield from _interrupts(before, after, seconds, path, machine)
        yield from _errors(before, after, path, machine)
    if path.block:
        yield from _disk(before, after, seconds, path.block)
    if path.nic:
        yield from _nic(before, after, path.nic)


def _interrupts(before: Tree, after: Tree, seconds: float, path: IoPath, machine: Tree) -> Pairs:
    served = _served(before, after, _numbers(before, after, path.pci, machine))
    if served is None:
        return
    total = sum(served.values())
    yield "path.irq.count", float(total)
    yield "path.irq.per_s", total / seconds
    if not total:
        return
    hottest = max(served, key=lambda cpu: served[cpu])
    yield "path.irq.max_cpu_share", served[hottest] / total
    home = node(machine, path)
    remote = None if home is None else nodes.read(machine).remote_cpus(home)
    if remote is not None:
        yield "path.irq.remote_share", sum(count for cpu, count in served.items() if cpu in remote) / total
    spent = counters_cpu.times(before, after).get(f"cpu{hottest}", {})
    yield "path.irq.hot_cpu_softirq_share", counters_cpu.share(spent, "softirq")


def _numbers(before: Tree, after: Tree, address: str, machine: Tree) -> tuple[str, ...]:
    """The interrupts the device had around the trial; those of the first reading belong to others once it was taken
    away and came back. No numbers where they changed in the trial: no difference of counts is the device's then."""
    old, new = (irq_load.device_irqs(tree, address) for tree in (before, after))
    if old != new:
        return ()
    return old or irq_load.device_irqs(machine, address)


def _served(before: Tree, after: Tree, labels: tuple[str, ...]) -> dict[int, float] | None:
    """CPU -> interrupts of the device it served meanwhile; None where the device's are not counted."""
    tables = [interrupts.parse(tree.read(interrupts.SOURCE) or b"") for tree in (before, after)]
    if not labels or None in tables:
        return None
    old, new = (table.per_cpu(labels) if table else {} for table in tables)
    rises = {cpu: difference(old.get(cpu), count) for cpu, count in new.items()}
    return {cpu: rise for cpu, rise in rises.items() if rise is not None} or None


def _ports(machine: Tree, address: str) -> list[str]:
    """The directories of the function and of every port above it."""
    return [f"{DEVICES}/{one}" for one in chain(machine.realpath(f"{DEVICES}/{address}"))]


def _errors(before: Tree, after: Tree, path: IoPath, machine: Tree) -> Pairs:
    for name, file in AER.items():
        sources = [f"{directory}/{file}" for directory in _ports(machine, path.pci)]
        rises = [difference(_aer_total(before, source), _aer_total(after, source)) for source in sources]
        known = [rise for rise in rises if rise is not None]
        yield name, sum(known) if known else None


def _aer_total(tree: Tree, source: str) -> int | None:
    """The last line, TOTAL_ERR_COR and the like (Documentation/ABI/testing/sysfs-bus-pci-devices-aer_stats)."""
    counts = fields(tree.text(source), " ")
    return next((number(value) for key, value in counts.items() if key.startswith("TOTAL_")), None)


def _disk(before: Tree, after: Tree, seconds: float, disk: str) -> Pairs:
    old, new = disk_counts(before, disk), disk_counts(after, disk)
    for place, name in ((2, "path.block.read_bytes"), (6, "path.block.write_bytes")):
        sectors = difference(_at(old, place), _at(new, place))
        yield name, None if sectors is None else sectors * SECTOR_BYTES
    busy_ms = difference(_at(old, 9), _at(new, 9))
    yield "path.block.busy_share", None if busy_ms is None else min(1.0, busy_ms / 1000 / seconds)


def disk_counts(tree: Tree, disk: str) -> list[str]:
    """The fields behind the name: reads, merged, sectors, ms; writes, merged, sectors, ms; in flight, ms busy, ...

    An NVMe disk with native multipath counts nothing itself on older kernels (seen on Linux 6.1; see QUEUE_FLAG_IO_STAT
    in drivers/nvme/host/multipath.c): then its hidden ways, nvme0c0n1 of nvme0n1, did all of it."""
    lines = (line.split() for line in (tree.text(DISKSTATS) or "").splitlines())
    rows = {line[2]: line[3:] for line in lines if len(line) > 3}
    own, ways = rows.get(disk, []), [row for name, row in rows.items() if _WAY.sub(r"\1\2", name) == disk != name]
    if not ways or any(field != "0" for field in own):
        return own
    return [str(sum(number(field) or 0 for field in column)) for column in zip(*ways, strict=False)]


def _at(row: list[str], place: int) -> int | None:
    return number(row[place]) if place < len(row) else None


def _nic(before: Tree, after: Tree, nic: str) -> Pairs:
    rises = {
        name: difference(*(number(tree.text(f"/sys/class/net/{nic}/statistics/{name}")) for tree in (before, after)))
        for name in NIC_STATISTICS
    }
    yield "path.nic.shaped_bits_per_s", root_rate(*(after.text(f"$ tc {what} show dev {nic}") or "" for what in SHAPES))
    yield "path.nic.rx_packets", rises["rx_packets"]
    yield "path.nic.rx_dropped", rises["rx_dropped"]
    old, new = (_driver_counters(tree, nic) for tree in (before, after))
    own = _summed(old, new, NO_BUFFER)
    # The kernel's rx_missed_errors says the same of the drivers that fill it, so the two are never added.
    known = [rise for rise in (own, rises["rx_missed_errors"]) if rise is not None]
    yield "path.nic.rx_no_buffer", max(known, default=None)
    yield "path.nic.pci_stall_events", _summed(old, new, PCI_STALLS)


def _driver_counters(tree: Tree, nic: str) -> dict[str, str]:
    return fields(tree.text(f"$ ethtool -S {nic}"))


def _summed(old: dict[str, str], new: dict[str, str], names: frozenset[str]) -> float | None:
    rises = [difference(number(old.get(name)), number(new.get(name))) for name in names]
    known = [rise for rise in rises if rise is not None]
    return sum(known) if known else None
