"""NUMA facts: ordinary nodes, nodes without CPUs, and what broken firmware says."""

import pytest

from perfadvisor.facts.memory import numa, numa_node, numa_summary
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Tree

SYSTEM = "/sys/devices/system/node"


def read(files):
    return FactTable(numa.facts(Tree({path: text.encode() for path, text in files.items()})))


def node(number, cpus, total_kb, distance):
    meminfo = f"\nNode {number} MemTotal:  {total_kb} kB\nNode {number} MemFree:   {total_kb // 2} kB\n"
    directory = f"{SYSTEM}/node{number}"
    return {f"{directory}/cpulist": cpus, f"{directory}/meminfo": meminfo, f"{directory}/distance": distance}


CXL = {
    **node(0, "0-3\n", 1000, "10 21 14\n"),
    **node(1, "4-7\0\n", 2000, "21 10 24\n"),
    **node(2, "\n", 4000, "14 24 10\n"),
    f"{SYSTEM}/online": "0-2\n",
    f"{SYSTEM}/has_cpu": "0-1\n",
    f"{SYSTEM}/has_normal_memory": "0-2\n",
    "/proc/sys/kernel/numa_balancing": "1\n",
}


@pytest.mark.parametrize(
    ("name", "subject", "value"),
    [
        ("numa.node_count", "", 3),
        ("numa.several_nodes", "", True),
        ("numa.cpu_node_count", "", 2),
        ("numa.memory_only_nodes", "", "2"),
        ("numa.cpus_in_several_nodes", "", ""),
        ("numa.distance_max", "", 24),
        ("numa.balancing", "", 1),
        ("numa.online", "", "0-2"),
        ("numa.has_cpu", "", "0-1"),
        ("numa.has_memory", "", "0-2"),
        ("node.cpu_list", "1", "4-7"),
        ("node.cpu_list", "2", ""),
        ("node.cpu_count", "2", 0),
        ("node.memory_total_bytes", "1", 2000 * 1024),
        ("node.memory_free_bytes", "1", 1000 * 1024),
        ("node.distances", "0", "10 21 14"),
    ],
)
def test_two_sockets_and_a_memory_expander(name, subject, value):
    assert read(CXL).value(name, subject) == value


def test_cpus_that_several_nodes_claim_are_named():
    facts = read({**node(0, "0-3", 1, "10 10"), **node(1, "2-5", 1, "10 10")})
    assert facts.value("numa.cpus_in_several_nodes") == "2-3"


def test_a_mask_serves_where_there_is_no_list():
    masks = {f"{SYSTEM}/node0/cpumap": "00000000,0000000f\n", f"{SYSTEM}/node1/cpumap": "00000000\n"}
    facts = read({**masks, f"{SYSTEM}/node1/meminfo": "Node 1 MemTotal: 1 kB\n"})
    assert facts.value("node.cpu_list", "0") == "0-3"
    assert facts.value("numa.memory_only_nodes") == "1"


def test_distances_of_nodes_that_are_not_there_do_not_count():
    assert read(node(0, "0", 1, "10 99 30 99")).value("numa.distance_max") == 10


def test_a_node_without_any_file_has_unknown_cpus_and_is_not_called_memory_only():
    facts = read({f"{SYSTEM}/node0/cpulist": "0-1", f"{SYSTEM}/node1/vmstat": "x"})
    assert facts.find("node.cpu_list", "1").reason == "not in what was read"
    assert facts.value("numa.memory_only_nodes") is None
    assert "node 1 has was not read" in facts.find("numa.memory_only_nodes").reason


def test_a_node_without_cpus_whose_memory_was_not_read_may_have_none():
    files = {**node(0, "0-3", 1, "10"), f"{SYSTEM}/node1/cpulist": "\n"}
    assert read(files).value("numa.memory_only_nodes") is None


def test_a_kernel_without_numa_has_no_nodes_and_an_unread_one_is_unknown():
    assert read({"/sys/devices/system/cpu/online": "0-1"}).value("numa.node_count") == 0
    assert read({}).value("numa.node_count") is None


def test_the_distance_zero_of_old_firmware_is_kept():
    assert read(node(0, "0", 1, "0")).value("node.distances", "0") == "0"


def test_the_spread_over_nodes_with_cpus():
    facts = read(CXL)
    assert (facts.value("numa.node_cpus_min"), facts.value("numa.node_cpus_max")) == (4, 4)
    assert facts.value("numa.node_memory_min_bytes") == 1000 * 1024
    assert facts.value("numa.node_memory_max_bytes") == 2000 * 1024
    partly = {path: text for path, text in CXL.items() if path != f"{SYSTEM}/node1/meminfo"}
    assert read(partly).value("numa.node_memory_min_bytes") is None


def nodes(*rows):
    """(number, CPUs, memory, distances) of each node."""
    return [
        numa_node.NumaNode(
            number=number,
            cpus=cpus,
            memory_total=memory,
            memory_free=None,
            distances=distances,
            cpu_source="",
            directory="",
        )
        for number, cpus, memory, distances in rows
    ]


def summed(*rows):
    return FactTable(
        [*numa_summary.summary(nodes(*rows), "", known=True), numa_summary.machine_memory(nodes(*rows), "")]
    )


def test_the_distance_of_memory_alone_is_not_that_of_the_sockets():
    found = summed((0, (0,), 8, (10, 32, 14)), (1, (1,), 8, (32, 10, 14)), (2, (), 4, (14, 14, 10)))
    assert found.value("numa.memory_only_nodes") == "2" and found.value("numa.memory_only_distance_max") == 14
    assert found.value("numa.distance_max") == 32 and found.value("memory.total_bytes") == 20


def test_without_nodes_of_memory_alone_there_is_no_distance_to_them():
    found = summed((0, (0,), 8, (10, 32)), (1, (1,), 8, (32, 10)))
    assert found.find("numa.memory_only_distance_max").reason == "every node with memory has CPUs"
    assert found.value("numa.cpu_only_nodes") == "" and found.value("numa.cpus_without_local_memory") == 0


def test_nodes_of_cpus_alone():
    found = summed((0, (0, 1), 0, None), (3, (2, 3), 8, None), (5, (4,), 0, None))
    assert found.value("numa.cpu_only_nodes") == "0,5" and found.value("numa.cpus_without_local_memory") == 3


def test_what_was_not_read_of_one_node_is_not_known_of_all():
    found = summed((0, (0, 1), None, None), (1, (2, 3), 8, None))
    names = ("numa.cpu_only_nodes", "numa.cpus_without_local_memory", "memory.total_bytes")
    assert [found.value(name) for name in names] == [None, None, None]
    assert "node 0" in found.find("numa.cpu_only_nodes").reason
