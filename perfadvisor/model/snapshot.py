"""A snapshot: one machine's tree at one time."""

from dataclasses import dataclass

from perfadvisor.model.tree import Tree


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """What was read of one environment. `parent` is the host's snapshot of a guest or container, where it was given."""

    environment: str
    taken: float
    tree: Tree
    clock_source: str = ""
    version: str = ""
    parent: "Snapshot | None" = None
