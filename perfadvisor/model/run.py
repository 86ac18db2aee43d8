"""A run: everything one `perfadvisor run` or `import` produced, as loaded from its directory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from perfadvisor.model.result import TrialResult
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.workload import Environment, Trial, Workload

RunState = Literal["running", "complete", "interrupted"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """`before` and `after` hold a snapshot per environment name; `versions` maps program to version text;
    `host` is the identity of the machine (host name, kernel, model, machine id hash). `precision` is the relative half
    width of the headline's interval that ended the repeats of a workload, None for a fixed number of repeats. `rating`
    is what the user says that the disk can do, in bytes and I/Os per second, by the names of `result.*` facts."""

    id: str
    started: float
    seed: int
    argv: tuple[str, ...]
    state: RunState
    versions: Mapping[str, str]
    host: Mapping[str, str]
    environments: tuple[Environment, ...]
    workloads: Mapping[str, Workload]
    plan: tuple[Trial, ...]
    results: tuple[TrialResult, ...]
    before: Mapping[str, Snapshot] = field(default_factory=dict)
    after: Mapping[str, Snapshot] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    precision: float | None = None
    rating: Mapping[str, float] = field(default_factory=dict)
