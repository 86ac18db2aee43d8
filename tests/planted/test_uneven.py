"""An emulated server that its firmware and its kernel's options made uneven: what is wrong with it is found."""

from functools import cache
from pathlib import Path

import pytest

from perfadvisor.judge import judge
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.model.tree import Tree
from perfadvisor.saved.saved import load_tree
from tests.planted.server import GROUPED

SERVER = Path(__file__).parents[1] / "data" / "machines" / "uneven-server.tar.gz"
RULES = ("numa-nodes-without-memory", "cpu-clocksource-coarse", "passthrough-group-shared", "passthrough-ats-on")
DEVICES = "/sys/bus/pci/devices"


@cache
def judged() -> tuple[Finding, ...]:
    return tuple(judge(SERVER).findings)


@pytest.mark.parametrize("rule", RULES)
def test_what_is_wrong_is_found(rule: str) -> None:
    assert Outcome.FIRES in {one.outcome for one in judged() if one.rule.id == rule}


def test_it_is_wrong_indeed() -> None:
    """Read without any of our readers of facts."""
    tree = load_tree(SERVER)
    assert tree.text("/sys/devices/system/clocksource/clocksource0/current_clocksource") == "jiffies"
    assert "MemTotal:              0 kB" in (tree.text("/sys/devices/system/node/node2/meminfo") or "")
    assert tree.text("/sys/devices/system/node/node2/cpulist") == "3"
    old = [
        one for one in tree.names(DEVICES) if f"{_text(tree, one, 'vendor')}:{_text(tree, one, 'device')}" == GROUPED
    ]
    groups = {tree.link_name(f"{DEVICES}/{one}/iommu_group") for one in old}
    assert len(old) == 2 and len(groups) == 1
    assert "vfio-pci" in {tree.link_name(f"{DEVICES}/{one}/driver") for one in old}


def _text(tree: Tree, address: str, name: str) -> str:
    return (tree.text(f"{DEVICES}/{address}/{name}") or "").strip()
