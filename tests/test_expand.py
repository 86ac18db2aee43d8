"""Workloads for every NUMA node."""

import pytest

from perfadvisor.expand import expand, lone_pairs
from perfadvisor.model.workload import Workload


def workload(**parameters):
    return Workload(id="dma/a", title="A", device="dma", tool="fio", parameters=parameters, metrics=("read.iops",))


def test_a_plain_workload_stays():
    plain = workload(rw="read")
    assert expand([plain], cpu_nodes=[0, 1], memory_nodes=[0, 1]) == (plain,)


def test_one_for_each_node_with_memory():
    found = expand([workload(memory_node="{memory_node}", rw="read")], cpu_nodes=[0], memory_nodes=[0, 2])
    assert [w.id for w in found] == ["dma/a-memory0", "dma/a-memory2"]
    assert [w.parameters for w in found] == [{"memory_node": 0, "rw": "read"}, {"memory_node": 2, "rw": "read"}]
    assert found[1].title == "A (memory 2)"


def test_every_pair_of_nodes():
    found = expand([workload(c="{cpu_node}", m="{memory_node}")], cpu_nodes=[0, 1], memory_nodes=[0, 1, 2])
    assert [w.id for w in found][:4] == [
        "dma/a-cpu0-memory0",
        "dma/a-cpu0-memory1",
        "dma/a-cpu0-memory2",
        "dma/a-cpu1-memory0",
    ]
    assert len(found) == 6


def test_the_same_node_twice_is_one_dimension():
    found = expand([workload(c="{node}", m="{node}")], cpu_nodes=[0, 1, 3], memory_nodes=[0, 1, 2])
    assert [w.parameters for w in found] == [{"c": 0, "m": 0}, {"c": 1, "m": 1}]


def test_the_device_s_node_is_no_dimension():
    same = workload(c="{device_node}", m=3)
    assert [w.parameters for w in expand([same], cpu_nodes=[0, 1], device_node=1)] == [{"c": 1, "m": 3}]
    assert [w.id for w in expand([same], cpu_nodes=[2], device_node=None)] == ["dma/a"]
    assert expand([same], cpu_nodes=[2, 3], device_node=1)[0].parameters["c"] == 2


@pytest.mark.parametrize(
    ("cpu_nodes", "memory_nodes", "left_out"),
    [([0], [0], True), ([1], [1], True), ([0, 1], [0, 1], False), ([0], [0, 2], False)],
)
def test_a_single_pair_of_nodes_is_no_comparison(cpu_nodes, memory_nodes, left_out):
    pair = workload(c="{cpu_node}", m="{memory_node}")
    others = [workload(), workload(m="{memory_node}"), workload(c="{device_node}", m="{memory_node}")]
    found = lone_pairs([pair, *others], cpu_nodes=cpu_nodes, memory_nodes=memory_nodes)
    assert found == ((pair,) if left_out else ())
