"""What nodes gave since boot, and what they had to send on."""

import pytest

from perfadvisor.facts.memory import numastat
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Tree

NODE0 = "/sys/devices/system/node/node0/numastat"


def read(text: str) -> FactTable:
    return FactTable(numastat.facts(Tree({NODE0: text.encode()})))


def test_the_share_that_another_node_gave() -> None:
    found = read("numa_hit 300\nnuma_miss 7\nnuma_foreign 100\ninterleave_hit 2\n")
    assert found.value("node.allocations_here", "0") == 300
    assert found.value("node.allocations_elsewhere", "0") == 100
    assert found.value("node.elsewhere_share", "0") == 0.25


@pytest.mark.parametrize("text", ["", "numa_hit 300\n", "numa_hit 0\nnuma_foreign 0\n", "numa_hit x\nnuma_foreign 1\n"])
def test_what_was_not_counted_is_no_share(text: str) -> None:
    assert isinstance(read(text).find("node.elsewhere_share", "0"), Absent)
