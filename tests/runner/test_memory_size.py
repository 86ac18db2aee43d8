"""Memory arrays are the same in every environment and every repeat, and the smallest environment decides."""

from dataclasses import replace

import pytest

from perfadvisor.facts import catalogue
from perfadvisor.model.fact import FactTable
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Tree
from perfadvisor.model.workload import Environment, EnvironmentKind, Workload
from perfadvisor.packs.workloads import load_workloads
from perfadvisor.runner.memory_size import MIB, sized
from perfadvisor.runner.site import Site
from perfadvisor.targets.here.local import LocalTarget

GIB = 1 << 30
COPY, TRIAD, HUGE = "memory/copy-4k", "memory/triad-4k", "memory/copy-2m"


@pytest.fixture(scope="module")
def workloads() -> dict[str, Workload]:
    return dict(load_workloads())


def site(name: str, available: int, cache: int = 32 * MIB, limit: int | None = None) -> Site:
    target = LocalTarget()
    values = {
        "memory.available_bytes": available,
        "cpu.last_level_cache_bytes": cache,
        "cpu.last_level_cache_cpus": 8,
        "cpu.online_count": 4,
        "cgroup.memory_max_bytes": limit,
    }
    facts = FactTable(catalogue.CATALOGUE[key].given(value, source="made up") for key, value in values.items())
    environment = Environment(name=name, spec=target.spec, kind=EnvironmentKind.VM, parent="", emulated=False)
    before = Snapshot(environment=name, taken=0.0, tree=Tree({}))
    return Site(environment=environment, target=target, before=before, facts=facts)


def size(workload: Workload, *sites: Site) -> tuple[object, tuple[str, ...]]:
    (found,), notes = sized([workload], sites)
    return found.parameters.get("size_bytes"), notes


def test_where_there_is_room_everywhere_the_tool_keeps_its_own_size(workloads: dict[str, Workload]) -> None:
    assert size(workloads[COPY], site("local", 64 * GIB), site("vm", 8 * GIB)) == (None, ())


def test_the_smallest_environment_decides_for_all(workloads: dict[str, Workload]) -> None:
    planned, notes = size(workloads[COPY], site("local", 64 * GIB), site("vm", 600 * MIB))
    assert planned == 120 * MIB  # two arrays in 40 % of 600 MiB
    assert notes == ("memory: arrays of 120 MiB each in all environments, as vm has it",)
    assert size(workloads[TRIAD], site("vm", 600 * MIB))[0] == 80 * MIB
    assert size(workloads[HUGE], site("vm", 600 * MIB))[0] == 120 * MIB


def test_a_containers_limit_is_what_it_has(workloads: dict[str, Workload]) -> None:
    assert size(workloads[COPY], site("local", 64 * GIB), site("podman", 64 * GIB, limit=GIB))[0] == 204 * MIB


def test_the_largest_caches_are_outgrown_in_all(workloads: dict[str, Workload]) -> None:
    planned, notes = size(workloads[COPY], site("local", 64 * GIB, cache=384 * MIB), site("vm", 64 * GIB))
    assert planned == 4 * 384 * MIB and "as local has it" in notes[0]


def test_one_without_any_room_does_not_shrink_the_others(workloads: dict[str, Workload]) -> None:
    assert size(workloads[COPY], site("local", 64 * GIB), site("vm", 20 * MIB)) == (None, ())


def test_a_size_that_was_asked_for_stays(workloads: dict[str, Workload]) -> None:
    asked = replace(workloads[COPY], parameters={**workloads[COPY].parameters, "size_bytes": 64 * MIB})
    assert size(asked, site("vm", 100 * MIB)) == (64 * MIB, ())
    pin = workloads["memory/pin-4k"]
    assert size(pin, site("vm", 100 * MIB))[0] == pin.parameters.get("size_bytes")


def test_over_all_nodes_the_smallest_node_decides(workloads: dict[str, Workload]) -> None:
    """Each node holds a part of the same size, and all caches take part."""
    plain = site("local", 64 * GIB)
    free = {"0": 900 * MIB, "1": 300 * MIB}
    more = [
        catalogue.CATALOGUE["node.memory_free_bytes"].given(value, source="made up", subject=node)
        for node, value in free.items()
    ]
    two = replace(plain, facts=FactTable([*plain.facts, *more]))
    assert size(workloads["memory/all-copy-thp"], two)[0] == int(2 * 300 * MIB * 0.4 / 2) // MIB * MIB
    assert size(workloads[COPY], two)[0] == int(900 * MIB * 0.4 / 2) // MIB * MIB
