"""The machine drawn: one picture a NUMA node, with the links that leave it and the devices at their ends.

This module only places things, in pixels; the template draws them. Devices that share an upstream port share one link.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfadvisor.formatting import quantity, setting, value_text
from perfadvisor.model.fact import FactTable, Scalar
from perfadvisor.model.units import Unit
from perfadvisor.report.device_names import names_at
from perfadvisor.report.guests_laid import guests_on

WIDTH = 440
TITLE, LINE, GAP, TOP = 34, 17, 16, 18
NAMED = 3  # functions of one device that are named; the others are counted
SHOWN = 14  # devices of one node that are drawn; the others are counted
LONGEST = 30  # characters that fit a box
WIDEST = 52  # characters that fit a line of a node
GUESTS = 3  # guests of one node that are named; the others are counted
ACCELERATORS = ("0x12", "0x0b40")  # processing accelerators and coprocessors (PCI Code and ID Assignment)
NO_NODE = ""


@dataclass(frozen=True, slots=True)
class BoxLine:
    """A line of text in a box: what the kernel calls the thing, and where it sits."""

    name: str
    place: str = ""

    @property
    def text(self) -> str:
        """The whole line."""
        return f"{self.name} {self.place}".strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceBox:
    """A box at the end of a link: its lines of text, the link in words, and the speed it could have had, if lower."""

    lines: tuple[BoxLine, ...]
    link: str
    rate: str
    below: str
    y: float
    height: float


@dataclass(frozen=True, kw_only=True, slots=True)
class NodePicture:
    """One NUMA node's picture. `title` names it, `lines` are its CPUs, memory and guests in a box of the height
    `header`, `more` the devices left out."""

    title: str
    lines: tuple[str, ...]
    header: int
    devices: tuple[DeviceBox, ...]
    more: int
    height: float
    summary: str


def topology(table: FactTable) -> tuple[NodePicture, ...]:
    """The nodes in numeric order, then the devices whose node the machine does not tell."""
    ids = sorted(table.subjects("node"), key=lambda name: (len(name), name))
    by_node: dict[str, list[list[str]]] = {}
    for slot in _slots(table):
        by_node.setdefault(_node_of(table, slot[0], ids), []).append(slot)
    nodes = [_node(table, node, by_node.get(node, [])) for node in ids]
    if by_node.get(NO_NODE):
        nodes.append(_node(table, NO_NODE, by_node[NO_NODE]))
    return tuple(nodes)


def _node_of(table: FactTable, address: str, ids: Sequence[str]) -> str:
    """The node of a function; the only node there is needs no telling."""
    if len(ids) == 1:
        return ids[0]
    node = table.value("pci.numa_node", address)
    return str(node) if node is not None and str(node) in ids else NO_NODE


def _slots(table: FactTable) -> Iterator[list[str]]:
    """The functions worth drawing, those behind one upstream port together, virtual functions with their device."""
    by_port: dict[str, list[str]] = {}
    for address in _worth_drawing(table):
        owner = str(table.value("pci.physical_function", address) or address)
        port = table.value("pci.upstream_port", owner) or table.value("pci.root_port", owner)
        by_port.setdefault(str(port or owner.rpartition(".")[0]), []).append(address)
    for addresses in by_port.values():
        yield sorted(addresses, key=lambda address: (table.value("pci.is_vf", address) is True, address))


def _worth_drawing(table: FactTable) -> list[str]:
    flags = ("pci.is_storage", "pci.is_network", "pci.vfio_bound")
    chosen = {address for flag in flags for address, value in table.of(flag).items() if value}
    chosen.update(accelerators(table))
    for name in ("block.pci_address", "nic.pci_address", "infiniband.pci_address"):
        chosen.update(str(address) for address in table.of(name).values())
    return sorted(chosen)


def accelerators(table: FactTable) -> list[str]:
    """Graphics and accelerators, by address."""
    shown = {address for address, value in table.of("pci.is_display").items() if value}
    shown.update(at for at, value in table.of("pci.class").items() if str(value).startswith(ACCELERATORS))
    return sorted(shown)


def _node(table: FactTable, node: str, slots: Sequence[list[str]]) -> NodePicture:
    lines = _node_lines(table, node) if node else ("by the machine, for these devices",)
    header = TITLE + LINE * len(lines)
    devices, y = [], header + TOP
    for slot in slots[:SHOWN]:
        device = _device(table, slot, y)
        devices.append(device)
        y = int(device.y + device.height + GAP)
    more = max(0, len(slots) - SHOWN)
    title = _title(table, node)
    spoken = "; ".join(map(_spoken, devices))
    return NodePicture(
        title=title,
        lines=lines,
        header=header,
        devices=tuple(devices),
        more=more,
        height=y + (LINE if more else 0) if devices else header,
        summary=f"{title}, {', '.join(lines)}. {spoken or 'No storage, network or display device'}.",
    )


def _spoken(device: DeviceBox) -> str:
    slower = f", could be {device.below}" if device.below else ""
    return f"{', '.join(line.text for line in device.lines)}: {device.link or 'link speed not reported'}{slower}"


def _node_lines(table: FactTable, node: str) -> tuple[str, ...]:
    cpus, count = table.value("node.cpu_list", node), table.value("node.cpu_count", node)
    memory, distances = table.value("node.memory_total_bytes", node), table.value("node.distances", node)
    processors = f"CPUs {clipped(str(cpus), 26)} ({count})" if cpus and count else "no CPUs"
    ram = value_text(memory, Unit.BYTES) if memory is not None else "memory unknown"
    if handed_out(table) is not None:
        ram += " initialised so far"
    ram += f", distances {clipped(str(distances), 24)}" if distances else ""
    return processors, ram, *_huge_pages(table, node), *_guests(table, node)


def _title(table: FactTable, node: str) -> str:
    """`Node 1, package 1`: the package where the machine says it."""
    if not node:
        return "Node not reported"
    packages = str(table.value("node.packages", node) or "")
    if not packages:
        return f"Node {node}"
    return f"Node {node}, package {packages}" if packages.isdecimal() else f"Node {node}, packages {packages}"


def _guests(table: FactTable, node: str) -> Iterator[str]:
    """The guests whose vCPUs or memory the node carries."""
    found = list(guests_on(table, node))
    yield from (clipped(words, WIDEST) for words in found[:GUESTS])
    if len(found) > GUESTS:
        yield f"and {len(found) - GUESTS} more guests"


def _huge_pages(table: FactTable, node: str) -> tuple[str, ...]:
    """`huge pages: 512 of 2 MiB (3 free)`: the pools of the node that hold any, a line each where one is too short."""
    totals = table.of("node_hugepages.total")
    mine = {name: count for name, count in totals.items() if name.partition("/")[0] == node}
    if not mine:
        return ("huge pages not read",)
    pools = [_pool(table, name, count) for name, count in mine.items() if count]
    together = f"huge pages: {', '.join(pools) or 'none'}"
    return (together,) if len(together) <= WIDEST else tuple(f"huge pages: {pool}" for pool in pools)


def _pool(table: FactTable, name: str, count: Scalar) -> str:
    """`512 of 2 MiB (3 free)`, of the pool "1/2048kB"."""
    free = table.value("node_hugepages.free", name)
    return f"{count} of {page_size(name.partition('/')[2])}{'' if free is None else f' ({free} free)'}"


def page_size(size: str) -> str:
    """`2048kB` as `2 MiB`."""
    kibibytes = size.removesuffix("kB")
    return value_text(int(kibibytes) * 1024, Unit.BYTES) if kibibytes.isdecimal() else size


LATE = 0.02  # what differs by less is rounding: the kernel counts both in pages


def handed_out(table: FactTable) -> int | None:
    """What the nodes had together where that was less than the machine's memory when they were read: a kernel with
    deferred initialisation (CONFIG_DEFERRED_STRUCT_PAGE_INIT) hands it to them after boot. None where all is there."""
    total, parts = table.value("memory.total_bytes"), table.of("node.memory_total_bytes").values()
    known = sum(part for part in parts if isinstance(part, int))
    return known if isinstance(total, int) and parts and known < (1 - LATE) * total else None


def _device(table: FactTable, slot: Sequence[str], y: float) -> DeviceBox:
    lines = [line for address in slot[:NAMED] for line in _function(table, address, alone=len(slot) == 1)]
    if len(slot) > NAMED:
        lines.append(BoxLine("", f"and {len(slot) - NAMED} more functions"))
    link, below = link_words(table, slot[0])
    rate = table.value("pci.path_bytes_per_s", slot[0]) or table.value("pci.link_bytes_per_s", slot[0])
    return DeviceBox(
        lines=tuple(lines),
        link=link,
        rate=quantity(float(rate), Unit.BYTES_PER_SECOND) if isinstance(rate, int | float) else "",
        below=below,
        y=y,
        height=max(2, len(lines)) * LINE + 12,
    )


def _function(table: FactTable, address: str, *, alone: bool) -> list[BoxLine]:
    names = ", ".join(names_at(table, address)) or str(table.value("pci.class_name", address) or "device")
    driver = table.value("pci.driver", address)
    place = f"{address.removeprefix('0000:')}{f' · {driver}' if driver else ''}"
    if alone:
        about = _about(table, address)
        lines = [BoxLine(clipped(names, LONGEST)), BoxLine("", clipped(place, LONGEST))]
        return [*lines, BoxLine("", clipped(about, LONGEST))] if about else lines
    name = clipped(names, LONGEST // 2)
    return [BoxLine(name, clipped(place, LONGEST - len(name)))]


def _about(table: FactTable, address: str) -> str:
    """`group 12 · IRQs on CPU 0-3`: its IOMMU group, and the CPUs that serve its interrupts."""
    group = table.value("pci.iommu_group", address)
    served = {
        str(cpus)
        for kind in ("block", "nic")
        for name in table.holders(f"{kind}.pci_address", address)
        if (cpus := table.value(f"{kind}.irq_cpus", name)) not in (None, "")
    }
    parts = [f"group {group}" if group is not None else "", f"IRQs on CPU {min(served)}" if served else ""]
    return " · ".join(filter(None, parts))


def link_words(table: FactTable, address: str) -> tuple[str, str]:
    """The link as it runs (`8 GT/s x4`) and, where that is less, what both its ends can do."""
    now = (table.value("pci.link_speed_gtps", address), table.value("pci.link_width", address))
    best = (table.value("pci.link_expected_speed_gtps", address), table.value("pci.link_expected_width", address))
    if None in now:
        return "", ""
    slower = any(
        isinstance(can, int | float) and isinstance(does, int | float) and does < can
        for does, can in zip(now, best, strict=True)
    )
    return _link(now), _link(best) if slower else ""


def _link(pair: tuple[object, object]) -> str:
    speed, width = pair
    return " ".join(
        setting(value, unit)
        for value, unit in ((speed, Unit.GIGATRANSFERS_PER_SECOND), (width, Unit.LANES))
        if isinstance(value, int | float)
    )


def clipped(text: str, longest: int) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
