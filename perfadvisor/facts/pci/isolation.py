"""What keeps a PCI function apart from its neighbours: who shares its IOMMU group, which ports above it let devices
reach each other, and whether it may translate addresses itself."""

from collections.abc import Iterator, Mapping

from perfadvisor.facts.pci import classes
from perfadvisor.facts.pci.address import DEVICES, chain, functions
from perfadvisor.facts.pci.config import NEEDS_ROOT, NOT_EXPRESS, read
from perfadvisor.facts.pci.config_space import ConfigSpace
from perfadvisor.facts.reading.reader import integer
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree

GROUPS = "/sys/kernel/iommu_groups"
PATTERNS = (
    f"{GROUPS}/*/devices/*",
    f"{DEVICES}/*/class",
    f"{DEVICES}/*/config",
    f"{DEVICES}/*/iommu_group",
)
REQUIRED = ("SV", "RR", "CR", "UF")  # as in analyse/devices/device.py
"""What keeps peers apart: source validation, request and completion redirect, upstream forwarding (REQ_ACS_FLAGS)."""
UPSTREAM_PORT = 0x5  # PCI_EXP_TYPE_UPSTREAM: the ports below it decide (drivers/pci/pci.c, pci_acs_enabled)

COMPANIONS = FactSpec(
    name="pci.group_companions",
    type=str,
    subject="pci",
    nature=Nature.IDENTITY,
    meaning="the other functions of its IOMMU group that are no bridges, as a list; empty for none",
)
OPEN_PORTS = FactSpec(
    name="pci.ports_without_acs",
    type=str,
    subject="pci",
    nature=Nature.SETTING,
    meaning="ports above it at which devices can reach each other past the IOMMU, as a list; empty for none",
)
ATS = FactSpec(
    name="pci.ats",
    type=bool,
    subject="pci",
    nature=Nature.SETTING,
    meaning="whether the function translates addresses itself (Address Translation Services are on)",
)
CATALOGUE = (COMPANIONS, OPEN_PORTS, ATS)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Of each function."""
    spaces = read(tree)
    for address, path in functions(tree).items():
        group = tree.link_name(f"{path}/iommu_group")
        members = tree.names(f"{GROUPS}/{group}/devices") if group else ()
        others = [one for one in members if one != address and not _is_bridge(tree, one)]
        yield COMPANIONS.given(
            ",".join(others) if address in members else None,
            source=f"{GROUPS}/{group}/devices",
            subject=address,
            reason="it is in no IOMMU group" if group is None else "the members of its group were not read",
        )
        ports = _open_ports(chain(path)[:-1], spaces)
        yield OPEN_PORTS.given(
            ports, source=f"{path}/../config", subject=address, reason="a port above it was not read whole"
        )
        yield _ats(spaces[address], f"{path}/config", address)


def _is_bridge(tree: Tree, address: str) -> bool:
    code = integer(tree, f"{DEVICES}/{address}/class")
    return code is not None and code >> 16 == classes.BRIDGE


def _open_ports(above: tuple[str, ...], spaces: Mapping[str, ConfigSpace | None]) -> str | None:
    """None as soon as one of them is not known: it could be the one."""
    known = {port: space for port in above if (space := spaces.get(port)) is not None and space.extended}
    if len(known) < len(above):
        return None
    return ",".join(port for port, space in known.items() if _lets_through(space))


def _lets_through(space: ConfigSpace) -> bool:
    is_upstream = space.express is not None and space.express.port_type == UPSTREAM_PORT
    return not is_upstream and not set(REQUIRED) <= set((space.acs or "").split())


def _ats(space: ConfigSpace | None, source: str, address: str) -> Fact | Absent:
    if space is not None and space.extended:
        return ATS.given(bool(space.ats), source=source, subject=address)
    return ATS.absent(NOT_EXPRESS if space and space.whole else NEEDS_ROOT, source=source, subject=address)
