"""The PCI hierarchy as a tree to fold: root complexes, ports, switches, and the functions behind them by name.

Virtual functions stand below their device; ports without a device and functions of the chipset are folded together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from perfadvisor.facts.reading import cpulist
from perfadvisor.model.fact import FactTable
from perfadvisor.report.device_names import described, names_at
from perfadvisor.report.topology import link_words

DEEPEST = 12  # ports above a function that are drawn; real hierarchies have up to seven
OPEN_AT_MOST = 24  # functions of a root complex that is shown unfolded
# Memory, bridges, serial ports, system peripherals, signal processing, instruments.
QUIET = frozenset({"05", "06", "07", "08", "11", "13"})


@dataclass(frozen=True, kw_only=True, slots=True)
class PcieFunction:
    """One function. `name` is what the kernel calls it, `what` the device, `link` the link to the port above it and
    `below` what that could be, `about` its driver, group, interrupts and guest; `behind` hangs below it."""

    address: str
    name: str
    what: str
    link: str
    below: str
    about: tuple[str, ...]
    behind: tuple["PcieFunction", ...] = ()
    virtual: tuple["PcieFunction", ...] = ()
    quiet: tuple["PcieFunction", ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RootComplex:
    """One bus of a root complex with everything behind it; `nodes` are those of its functions, `slow` how many links
    run below what both their ends can, `unfolded` whether it is small enough to be shown at once."""

    name: str
    nodes: str
    count: int
    slow: int
    behind: tuple[PcieFunction, ...]
    quiet: tuple[PcieFunction, ...]
    unfolded: bool
    virtual: tuple[PcieFunction, ...] = ()


Below = Mapping[str, list[str]]


def root_complexes(table: FactTable) -> tuple[RootComplex, ...]:
    """Every root bus that has functions, by its number; nothing where no PCI function was read."""
    below, roots = _hierarchy(table)
    return tuple(_complex(table, bus, roots[bus], below) for bus in sorted(roots))


def _hierarchy(table: FactTable) -> tuple[Below, Below]:
    """Who hangs below whom, and the topmost functions by bus. What is too deep, or in a ring, is topmost."""
    ports = {str(at): str(port) for at, port in table.of("pci.upstream_port").items()}
    known = frozenset(table.subjects("pci"))
    owners = {at: str(owner) for at, owner in table.of("pci.physical_function").items() if owner in known}
    below: dict[str, list[str]] = {}
    roots: dict[str, list[str]] = {}
    for address in sorted(known):
        owner = owners.get(address)
        if owner is not None and owner not in owners:
            below.setdefault(f"vf {owner}", []).append(address)
        elif _depth(address, ports) is None or ports.get(address) not in known:
            roots.setdefault(address.rpartition(":")[0] or address, []).append(address)
        else:
            below.setdefault(ports[address], []).append(address)
    return below, roots


def _depth(address: str, ports: Mapping[str, str]) -> int | None:
    """How many ports are above it; None for more than are drawn, as in a ring."""
    for depth in range(DEEPEST):
        if address not in ports:
            return depth
        address = ports[address]
    return None


def _complex(table: FactTable, bus: str, topmost: list[str], below: Below) -> RootComplex:
    functions = [_function(table, address, below, 0) for address in topmost]
    every = [one for top in functions for one in _flat(top)]
    nodes = {str(node) for one in every if (node := table.value("pci.numa_node", one.address)) is not None}
    return RootComplex(
        name=bus,
        nodes=", ".join(sorted(nodes, key=lambda node: (len(node), node))),
        count=len(every),
        slow=sum(bool(one.below) for one in every),
        behind=tuple(one for one in functions if not _is_quiet(table, one)),
        quiet=tuple(one for one in functions if _is_quiet(table, one)),
        unfolded=len(every) <= OPEN_AT_MOST,
    )


def _flat(function: PcieFunction) -> Iterator[PcieFunction]:
    yield function
    for one in (*function.behind, *function.virtual, *function.quiet):
        yield from _flat(one)


def _function(table: FactTable, address: str, below: Below, depth: int) -> PcieFunction:
    """Every second port on the way down has a link to the one above it (facts.pci.link)."""
    behind = [_function(table, one, below, depth + 1) for one in below.get(address, ())]
    now, best = link_words(table, address) if depth % 2 or not behind else ("", "")
    return PcieFunction(
        address=address.removeprefix("0000:"),
        name=", ".join(names_at(table, address)),
        what=described(table, address),
        link=now,
        below=best,
        about=tuple(_about(table, address)),
        behind=tuple(one for one in behind if not _is_quiet(table, one)),
        virtual=tuple(_function(table, one, below, depth + 1) for one in below.get(f"vf {address}", ())),
        quiet=tuple(one for one in behind if _is_quiet(table, one)),
    )


def _is_quiet(table: FactTable, one: PcieFunction) -> bool:
    """Whether nothing is behind it and its class is none that moves data."""
    if one.behind or one.virtual or one.quiet or one.name:
        return False
    code = str(table.value("pci.class", _full(one.address)) or "")
    return code.removeprefix("0x")[:2] in QUIET


def _full(address: str) -> str:
    return address if address.count(":") > 1 else f"0000:{address}"


def _about(table: FactTable, address: str) -> Iterator[str]:
    driver, group = table.value("pci.driver", address), table.value("pci.iommu_group", address)
    if driver:
        yield f"driver {driver}"
    if group is not None:
        yield f"IOMMU group {group}"
    served = _served(table, address)
    if served:
        yield f"interrupts on CPU {served}"
    for guest in table.holders("vm_hostdev.pci_address", address):
        yield f"in guest {table.value('vm_hostdev.domain', guest) or guest}"


def _served(table: FactTable, address: str) -> str:
    """The CPUs that its vectors go to: where the hardware sends them, else where they may be served."""
    cpus: set[int] = set()
    for irq in table.holders("irq.pci_address", address):
        allowed = table.value("irq.effective_affinity", irq) or table.value("irq.affinity", irq)
        cpus.update(cpulist.parse(str(allowed or "")))
    return cpulist.format(cpus)
