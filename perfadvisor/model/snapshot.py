"""A snapshot: one machine's tree at one time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from perfadvisor.model.tree import Tree


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The machine's own load, watched for `seconds`: its counters before and after, and the gauges' rows between."""

    seconds: float
    before: Tree
    after: Tree
    gauges: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """What was read of one environment. `parent` is the host's snapshot of a guest or container, where it was
    given; `window` is there where the machine's own load was watched. `redacted` has how many values of
    each kind of identity were replaced, and is empty where none were."""

    environment: str
    taken: float
    tree: Tree
    clock_source: str = ""
    version: str = ""
    parent: "Snapshot | None" = None
    window: Window | None = None
    redacted: Mapping[str, int] = field(default_factory=dict)
