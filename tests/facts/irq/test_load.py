"""The interrupts of a device together: its vectors, where they ran, and how much of that was far away."""

import pytest

from perfadvisor.facts.irq.load import IrqLoad, LoadReader, device_irqs, specs
from perfadvisor.facts.memory.nodes import Nodes
from perfadvisor.facts.memory.nodes import read as read_nodes
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Entry, Tree

DEVICE = "/sys/bus/pci/devices/0000:81:00.0"
NODE = "/sys/devices/system/node"
SERVER: dict[str, Entry] = {
    f"{DEVICE}/msi_irqs/80": b"msix",
    f"{DEVICE}/msi_irqs/81": b"msix",
    f"{DEVICE}/numa_node": b"1\n",
    "/proc/interrupts": b"CPU0 CPU1 CPU2 CPU3\n80: 10 0 20 0 X\n81: 0 10 0 60 X\n90: 9 9 9 9 other\n",
    "/proc/irq/80/effective_affinity_list": b"2\n",
    "/proc/irq/80/smp_affinity_list": b"0-3\n",
    "/proc/irq/81/smp_affinity_list": b"3\n",
    f"{NODE}/node0/cpulist": b"0-1\n",
    f"{NODE}/node1/cpulist": b"2-3\n",
    f"{NODE}/node0/distance": b"10 21\n",
    f"{NODE}/node1/distance": b"21 10\n",
}


def load(**more: Entry) -> IrqLoad:
    return LoadReader(Tree({**SERVER, **more})).of("0000:81:00.0")


def test_the_vectors_are_summed_up() -> None:
    found = load()
    assert found.labels == ("80", "81")
    assert found.total == 100
    assert found.allowed == (2, 3)
    assert found.hottest == (3, 0.6)
    assert found.remote_share == 0.2


@pytest.mark.parametrize(
    "change",
    [
        {f"{DEVICE}/numa_node": b"-1\n"},
        {f"{NODE}/node0/cpulist": b"", f"{NODE}/node1/cpulist": b"", "/proc/interrupts": b""},
        {"/proc/interrupts": b"CPU0 CPU1 CPU2 CPU3\n80: 0 0 0 0 X\n81: 0 0 0 0 X\n"},
    ],
)
def test_no_share_where_it_is_not_known(change: dict[str, Entry]) -> None:
    assert load(**change).remote_share is None


def test_a_node_without_cpus_has_no_near_ones() -> None:
    """An expander's memory, a die whose cores are fused off: no CPU could serve the device any nearer."""
    assert load(**{f"{NODE}/node1/cpulist": b"\n"}).remote_share is None


def test_one_node_is_never_remote() -> None:
    entries = {path: entry for path, entry in SERVER.items() if "node0/" not in path}
    assert LoadReader(Tree(entries)).of("0000:81:00.0").remote_share is None


def test_half_a_socket_is_not_remote_to_its_other_half() -> None:
    split = {f"{NODE}/node1/distance": b"12 10\n", f"{NODE}/node0/distance": b"10 12\n"}
    assert load(**split).remote_share == 0.0


def test_distances_that_do_not_fit_the_nodes_are_not_trusted() -> None:
    assert load(**{f"{NODE}/node1/distance": b"12 10 99\n"}).remote_share == 0.2


def test_a_device_without_vectors_has_one_line() -> None:
    tree = Tree({f"{DEVICE}/irq": b"19\n"})
    assert device_irqs(tree, "0000:81:00.0") == ("19",)
    assert device_irqs(Tree({f"{DEVICE}/irq": b"0\n"}), "0000:81:00.0") == ()


def test_facts_of_a_device_that_has_none() -> None:
    found = FactTable(specs("nic").facts(None, "lo"))
    assert found.value("nic.irq_count", "lo") is None
    assert found.find("nic.irq_count", "lo") is not None


def test_hostile_nodes_do_not_take_long() -> None:
    tree = Tree({f"{NODE}/node99999999/cpulist": b"0\n", f"{NODE}/node0/cpulist": b"0-99999999999\n"})
    assert read_nodes(tree) == Nodes({0: frozenset()}, {0: ()})
