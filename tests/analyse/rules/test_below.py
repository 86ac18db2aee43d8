"""What is required of a container's machine: that is the virtual machine in which it runs, where it runs in one."""

import pytest

from perfadvisor.analyse.rules.answer import judge
from perfadvisor.analyse.rules.conditions import from_values
from perfadvisor.model.rule import Outcome
from perfadvisor.packs.rules import load_rules

RULES = {rule.id: rule for rule in load_rules()}
UNEVEN = {
    "numa.several_nodes": True,
    "numa.memory_only_nodes": "",
    "numa.node_memory_max_bytes": 6 << 30,
    "numa.node_memory_min_bytes": 2 << 30,
    "memory.total_bytes": 8 << 30,
    "numa.cpu_node_count": 2,
}


@pytest.mark.parametrize(
    ("kind", "hypervisor", "wanted"),
    [
        ("bare-metal", "none", Outcome.FIRES),
        ("vm", "qemu", Outcome.NOT_APPLICABLE),
        ("container", "none", Outcome.FIRES),
        ("container", "qemu", Outcome.NOT_APPLICABLE),
        ("container", "other", Outcome.NOT_APPLICABLE),
    ],
)
def test_what_holds_of_a_virtual_machine_holds_of_its_containers(kind: str, hypervisor: str, wanted: Outcome) -> None:
    facts = UNEVEN | {"environment.kind": kind, "environment.hypervisor": hypervisor}
    assert judge(RULES["numa-memory-uneven"], from_values(facts)).outcome is wanted


def test_nothing_is_concluded_where_what_lies_below_is_not_known() -> None:
    facts = from_values(UNEVEN | {"environment.kind": "container"})
    assert judge(RULES["numa-memory-uneven"], facts).outcome is Outcome.FIRES


@pytest.mark.parametrize("hypervisor", ["none", "qemu"])
def test_what_is_asked_of_containers_is_asked_of_all(hypervisor: str) -> None:
    asked = next(rule for rule in RULES.values() if 'environment.kind == "container"' in rule.requires)
    facts = {"environment.kind": "container", "environment.hypervisor": hypervisor}
    judged = judge(asked, from_values(facts))
    assert 'environment.kind == "container"' not in judged.reason
