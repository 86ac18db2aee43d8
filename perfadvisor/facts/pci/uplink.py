"""What many PCI functions share: a port that carries the traffic of several devices, and a home node that is not
named."""

from collections.abc import Iterator, Mapping

from perfadvisor.facts.pci import classes as pci_class
from perfadvisor.facts.pci.address import DEVICES, chain, functions
from perfadvisor.facts.pci.link import parse_speed, parse_width
from perfadvisor.facts.pci.pcie_rate import USUAL_PAYLOAD_BYTES, bytes_per_s
from perfadvisor.facts.reading.reader import integer, number
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

PATTERNS = tuple(
    f"{DEVICES}/*/{name}" for name in ("class", "numa_node", "current_link_speed", "current_link_width", "physfn")
)

BELOW = FactSpec(
    name="pci.endpoints_below",
    type=int,
    unit=Unit.COUNT,
    subject="pci",
    meaning="devices below this root port (functions of one card count once); 0 of any other bridge",
    nature=Nature.IDENTITY,
)
BELOW_RATE = FactSpec(
    name="pci.endpoints_below_bytes_per_s",
    type=float,
    unit=Unit.BYTES_PER_SECOND,
    subject="pci",
    meaning="what the links of the devices below this root port could carry together in one direction, as far as known",
    nature=Nature.MEASURED,
)
HOMELESS = FactSpec(
    name="pci.node_unknown_count",
    type=int,
    unit=Unit.COUNT,
    meaning="network, storage, graphics and accelerator functions whose NUMA node the firmware does not say (-1)",
    nature=Nature.IDENTITY,
)
MOVER_ROOTS = FactSpec(
    name="pci.device_host_bridges",
    type=int,
    unit=Unit.COUNT,
    meaning="host bridges that network, storage, graphics and accelerator functions hang under; one alone may serve "
    "all sockets alike",
    nature=Nature.IDENTITY,
)
CATALOGUE = (BELOW, BELOW_RATE, HOMELESS, MOVER_ROOTS)

_MOVERS = frozenset({pci_class.NETWORK, pci_class.STORAGE, pci_class.DISPLAY, 0x0B, 0x12})
"""Classes of devices that move much data: those, coprocessors (0x0b) and processing accelerators (0x12)."""


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The root ports that several devices hang under, then how many devices have no node."""
    found = functions(tree)
    bridges = {address for address, path in found.items() if _base(tree, path) == pci_class.BRIDGE}
    below: dict[str, dict[str, float | None]] = {address: {} for address in bridges}
    for address, path in found.items():
        root = chain(path)[:1]
        if root and root[0] in below and address not in bridges and tree.link_name(f"{path}/physfn") is None:
            below[root[0]].setdefault(address.rpartition(".")[0], _rate(tree, path))
    yield from _shared(found, below)
    yield from _homeless(tree, found)


def _shared(found: Mapping[str, str], below: Mapping[str, Mapping[str, float | None]]) -> Iterator[Fact | Absent]:
    for port, rates in sorted(below.items()):
        known = [rate for rate in rates.values() if rate is not None]
        source = f"{found[port]}/**/current_link_*"
        yield BELOW.fact(len(rates), source=source, subject=port)
        total = sum(known) if known else None
        yield BELOW_RATE.given(total, source=source, subject=port, reason="no device below has a PCI Express link")


def _rate(tree: Tree, path: str) -> float | None:
    """What a device's own link carries now."""
    speed, width = (tree.text(f"{path}/current_link_{name}") for name in ("speed", "width"))
    gigatransfers, lanes = parse_speed(speed), parse_width(width)
    if gigatransfers is None or lanes is None:
        return None
    return bytes_per_s(gigatransfers, lanes, USUAL_PAYLOAD_BYTES)


def _base(tree: Tree, path: str) -> int | None:
    code = number(tree.text(f"{path}/class"))
    return None if code is None else pci_class.base(code)


def _homeless(tree: Tree, found: Mapping[str, str]) -> Iterator[Fact | Absent]:
    """-1 is the kernel's "not stated" (ABI/testing/sysfs-bus-pci, numa_node); no file at all says nothing."""
    source = f"{DEVICES}/*/numa_node"
    nodes = {path: integer(tree, f"{path}/numa_node") for path in found.values() if _base(tree, path) in _MOVERS}
    homeless = [path for path, node in nodes.items() if node is not None and node < 0]
    roots = {path.partition(f"/{chain(path)[0]}")[0] for path in nodes if chain(path)}
    seen = any(node is not None for node in nodes.values())
    yield HOMELESS.given(len(homeless) if seen else None, source=source, reason="no such function shows a node")
    yield MOVER_ROOTS.given(len(roots) or None, source=DEVICES, reason="no path to a host bridge was read")
