"""Small inputs of other people's machines with what is right beside them: which findings, and what they say."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from perfadvisor.judge import judge
from perfadvisor.model.rule import Outcome

pytestmark = pytest.mark.shared

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases"
MISSING = "the small inputs with what is right beside them (shared/cases beside the checkout) are not here"


@dataclass(frozen=True)
class Right:
    """What must be said of a file: findings with words of their title or reason, and rules that must stay silent."""

    says: dict[str, tuple[str, ...]]
    silent: tuple[str, ...] = ()


DEFINITIONS = {
    "07-pve-kvm.txt": Right({"vm-emulated-disk": ("lsilogic",), "vm-disk-capped": ()}, silent=("vm-cpus-emulated",)),
    "10-vhostuser.xml": Right({"vm-memory-not-shared": ("vhost-user network, virtiofs",)}),
    "22-emulated-hardware.xml": Right({"vm-emulated-disk": ("lsilogic",), "vm-nic-emulated-model": ("rtl8139",)}),
    "12-numactl-empty-nodes.txt": Right({"numa-nodes-without-memory": ("0,2-4,6-7", "24 of 32 CPUs")}),
}


def case(name):
    path = CASES / name
    if not path.exists():
        pytest.skip(MISSING)
    return path


def fired(view):
    return {one.rule.id: f"{one.title} {one.why}" for one in view.findings if one.outcome is Outcome.FIRES}


def check(said, right):
    assert right.says.keys() <= said.keys(), sorted(said)
    for rule, words in right.says.items():
        assert [word for word in words if word not in said[rule]] == [], said[rule]
    assert not set(right.silent) & said.keys()


@pytest.mark.parametrize("name", DEFINITIONS)
def test_what_a_file_gives_by_itself(name):
    check(fired(judge(case(name))), DEFINITIONS[name])
