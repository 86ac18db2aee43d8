"""A saved `/proc/1/cgroup` or `/proc/self/cgroup`: whether that process is in a container, and which engine made it."""

from collections.abc import Iterator

from perfadvisor.facts.cgroup import paths as cgroup_paths
from perfadvisor.facts.machine import environment
from perfadvisor.model.fact import Absent, Fact
from perfadvisor.model.tree import Tree


def facts(data: bytes, *, source: str = cgroup_paths.SELF) -> Iterator[Fact | Absent]:
    """The engine, under the name it has when read from a machine."""
    for fact in environment.facts(Tree({cgroup_paths.SELF: data})):
        if fact.name == environment.ENGINE.name and isinstance(fact, Fact):
            yield environment.ENGINE.fact(fact.value, source=source)
