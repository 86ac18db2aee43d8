"""Packets an interface took in since it came up, against which its losses are to be seen."""

from collections.abc import Iterator

from perfadvisor.facts.net import nic_spec
from perfadvisor.facts.net.nic_settings import NET, interfaces
from perfadvisor.facts.reading.reader import integer_fact
from perfadvisor.model.fact import Absent, Fact, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

PATTERNS = (f"{NET}/*/statistics/rx_packets",)
RX_PACKETS = nic_spec.nic(
    "rx_packets", int, "packets received since the interface came up", Unit.COUNT, nature=Nature.MEASURED
)
CATALOGUE = (RX_PACKETS,)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The count of every interface."""
    for nic in interfaces(tree):
        yield integer_fact(RX_PACKETS, tree, f"{NET}/{nic}/statistics/rx_packets", subject=nic)
