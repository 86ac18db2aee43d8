"""The environments of a run, opened: how to reach each, and what it looked like before anything ran."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from perfadvisor.facts import catalogue
from perfadvisor.model.fact import FactTable
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Tree
from perfadvisor.model.workload import Environment, EnvironmentKind
from perfadvisor.snapshotting import take
from perfadvisor.targets.base import Target
from perfadvisor.targets.open import open_target


@dataclass(frozen=True, kw_only=True)
class Site:
    """One environment: `before` is its snapshot, `facts` what that says."""

    environment: Environment
    target: Target
    before: Snapshot
    facts: FactTable

    @property
    def name(self) -> str:
        """Unique within the run."""
        return self.environment.name

    @property
    def machine(self) -> Tree:
        """What was read of it before anything ran."""
        return self.before.tree


def open_sites(specs: Sequence[str], undo: contextlib.ExitStack) -> tuple[Site, ...]:
    """Reach and read every environment; `undo` closes them again. InputError for one that is unknown."""
    targets = []
    for spec in dict.fromkeys(specs):
        target = open_target(spec)
        undo.callback(target.close)
        targets.append(target)
    return tuple(look_at(target) for target in targets)


def look_at(target: Target) -> Site:
    """Read one environment."""
    snapshot = take(target)
    facts = catalogue.read(snapshot.tree)
    kinds = {kind.value: kind for kind in EnvironmentKind}
    kind = kinds.get(str(facts.value("environment.kind")), EnvironmentKind.UNKNOWN)
    environment = Environment(name=target.name, spec=target.spec, kind=kind)
    return Site(environment=environment, target=target, before=snapshot, facts=facts)
