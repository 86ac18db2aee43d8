"""Who serves the interrupts of each device: a matrix of devices by CPU, or by node where there are many CPUs."""

from collections.abc import Sequence
from dataclasses import dataclass

from perfadvisor.facts.irq.owners import functions, interfaces
from perfadvisor.facts.reading import cpulist
from perfadvisor.facts.reading.interrupts import Interrupts, parse
from perfadvisor.model.fact import FactTable
from perfadvisor.report.device_names import names_at

MOST_CPUS = 16  # a column each up to here
MOST_ROWS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class IrqColumn:
    """A CPU, or all CPUs of a node."""

    label: str
    node: str
    cpus: frozenset[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class IrqRow:
    """A device: its node, the CPUs that served any of its interrupts since boot, and for each column the count, its
    share, and whether that column lies on another node than the device."""

    device: str
    node: str
    total: int
    cpus: str
    counts: tuple[tuple[int, float, bool], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class IrqMatrix:
    """The busiest devices first; `more` are left out, they stand in the table of interrupts."""

    columns: tuple[IrqColumn, ...]
    rows: tuple[IrqRow, ...]
    more: int


def matrix(table: FactTable, data: bytes) -> IrqMatrix | None:
    """The matrix of /proc/interrupts; None where it names no CPU or no device."""
    found = parse(data)
    owners = _owners(table, found) if found else {}
    if found is None or not owners:
        return None
    columns = _columns(table, found.cpus)
    rows = [_row(table, found, device, labels, columns) for device, labels in owners.items()]
    rows.sort(key=lambda row: (-row.total, row.device))
    return IrqMatrix(columns=columns, rows=tuple(rows[:MOST_ROWS]), more=max(0, len(rows) - MOST_ROWS))


def _owners(table: FactTable, found: Interrupts) -> dict[str, tuple[str, ...]]:
    """Device -> labels of its interrupts: by the kernel's list of vectors, else by the names in the table."""
    by_device: dict[str, set[str]] = {}
    for label, address in table.of("irq.pci_address").items():
        by_device.setdefault(str(address), set()).add(label)
    addresses = table.of("nic.pci_address")
    for nic, labels in interfaces(found.rows.values()).items():
        by_device.setdefault(str(addresses.get(nic, nic)), set()).update(labels)
    for address, labels in functions(found.rows.values()).items():
        by_device.setdefault(address, set()).update(labels)
    return {device: tuple(labels) for device, labels in by_device.items()}


def _columns(table: FactTable, cpus: Sequence[int]) -> tuple[IrqColumn, ...]:
    """A column per CPU, those of one node side by side; a column per node where there are many CPUs."""
    nodes = {node: frozenset(cpulist.parse(str(text))) for node, text in table.of("node.cpu_list").items()}
    nodes = nodes or {"": frozenset(cpus)}
    order = sorted(nodes, key=lambda node: (len(node), node))
    if len(cpus) <= MOST_CPUS:
        shown = [(node, cpu) for node in order for cpu in cpus if cpu in nodes[node]]
        return tuple(IrqColumn(label=f"CPU {cpu}", node=node, cpus=frozenset((cpu,))) for node, cpu in shown)
    return tuple(IrqColumn(label=f"node {node}" if node else "all CPUs", node=node, cpus=nodes[node]) for node in order)


def _row(
    table: FactTable, found: Interrupts, device: str, labels: tuple[str, ...], columns: Sequence[IrqColumn]
) -> IrqRow:
    per_cpu = found.per_cpu(labels)
    total = sum(per_cpu.values())
    node = str(_node(table, device))
    sums = [sum(count for cpu, count in per_cpu.items() if cpu in column.cpus) for column in columns]
    return IrqRow(
        device=", ".join([*names_at(table, device), device]),
        node="" if node == "None" else node,
        total=total,
        cpus=cpulist.format(cpu for cpu, count in per_cpu.items() if count),
        counts=tuple(
            (count, count / total if total else 0.0, bool(count) and node not in ("None", column.node))
            for count, column in zip(sums, columns, strict=True)
        ),
    )


def _node(table: FactTable, device: str) -> object:
    value = table.value("pci.numa_node", device)
    return table.value("nic.numa_node", device) if value is None else value
