"""Packets received, beside which losses are seen."""

from perfadvisor.facts.net import traffic
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Tree


def test_packets_received() -> None:
    tree = Tree({"/sys/class/net/eth0/statistics/rx_packets": b"12345\n", "/sys/class/net/eth1/mtu": b"1500\n"})
    found = FactTable(traffic.facts(tree))
    assert found.value("nic.rx_packets", "eth0") == 12345
    assert isinstance(found.find("nic.rx_packets", "eth1"), Absent)
