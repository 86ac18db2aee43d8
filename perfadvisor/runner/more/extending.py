"""Trials beyond the plan: each policy looks at what was measured, and asks for more while there is time."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from perfadvisor.bundle.schema import RunFile
from perfadvisor.model.result import TrialResult
from perfadvisor.model.workload import Trial, Workload


@dataclass(frozen=True, kw_only=True)
class Extension:
    """Trials that the run gets in addition, workloads among them that are new to it (`like` names for each a workload
    of the run that is set up alike), and why, in words."""

    trials: tuple[Trial, ...] = ()
    workloads: Mapping[str, Workload] = field(default_factory=dict)
    like: Mapping[str, str] = field(default_factory=dict)
    said: tuple[str, ...] = ()


class ExtensionPolicy(Protocol):
    """One reason to measure more. Both calls get the run's plan and every result so far."""

    def more(self, header: RunFile, results: Sequence[TrialResult], left_s: float | None) -> Extension:
        """What to measure now within `left_s` seconds (None: no bound); no trials for nothing, or not now."""
        ...

    def words(self, header: RunFile, results: Sequence[TrialResult]) -> tuple[str, ...]:
        """At the end: what a reader must know of it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Further:
    """The policies of a run, the first one that asks goes first; `deadline` by time.monotonic(), None for none."""

    policies: tuple[ExtensionPolicy, ...] = ()
    deadline: float | None = None

    def next(self, header: RunFile, results: Sequence[TrialResult]) -> Extension:
        """What to measure next; no trials where all is done."""
        left_s = None if self.deadline is None else self.deadline - time.monotonic()
        asked = (policy.more(header, results, left_s) for policy in self.policies)
        return next((extension for extension in asked if extension.trials), Extension())

    def words(self, header: RunFile, results: Sequence[TrialResult]) -> tuple[str, ...]:
        """At the end: what a reader must know."""
        return tuple(word for policy in self.policies for word in policy.words(header, results))


def next_number(header: RunFile) -> int:
    """The number of the first trial beyond the plan."""
    return 1 + max((trial.number for trial in header.plan), default=0)
