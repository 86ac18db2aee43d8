"""A file that a host's page cache could hold is named, in guests alone, and only where the machine was read."""

import pytest

from perfadvisor.facts import catalogue
from perfadvisor.model.fact import FactTable
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Tree
from perfadvisor.model.workload import Environment, EnvironmentKind
from perfadvisor.runner.host_cache import note
from perfadvisor.runner.site import Site
from perfadvisor.targets.here.local import LocalTarget

GIB = 1 << 30


def site(hypervisor: str | None, memory: int | None, kind: EnvironmentKind = EnvironmentKind.VM) -> Site:
    target = LocalTarget()
    values = {"environment.hypervisor": hypervisor, "memory.total_bytes": memory}
    facts = FactTable(catalogue.CATALOGUE[key].given(value, source="made up") for key, value in values.items())
    environment = Environment(name="local", spec=target.spec, kind=kind)
    before = Snapshot(environment="local", taken=0.0, tree=Tree({}))
    return Site(environment=environment, target=target, before=before, facts=facts)


def test_a_small_file_in_a_guest_is_named_with_the_size_that_would_do() -> None:
    assert note(GIB, site("kvm", 8 * GIB)) == (
        "storage: the test file of 1 GiB fits in memory, so the page cache of this virtual machine's host may answer "
        "reads (--size 16g is twice the memory of this machine)",
    )


@pytest.mark.parametrize(
    ("size", "of"),
    [
        (16 * GIB, site("kvm", 8 * GIB)),
        (GIB, site("none", 8 * GIB)),
        (GIB, site(None, 8 * GIB)),
        (GIB, site("kvm", None)),
        (GIB, site("kvm", 8 * GIB, EnvironmentKind.PASSTHROUGH_VM)),
    ],
)
def test_nothing_is_claimed_of_a_large_file_a_bare_machine_or_an_unread_one(size: int, of: Site) -> None:
    assert note(size, of) == ()
