"""What came out: samples, trial results with their trust mark, and the cells that rules and reports judge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Literal

from perfadvisor.model.fact import Scalar
from perfadvisor.model.timeline import Timeline
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Trial

Better = Literal["higher", "lower", ""]
# What fio's I/Os are counted under. "mixed": reads and writes together (unified_rw_reporting=1); "round_trip": a
# message and its answer (the net engine with pingpong=1, where fio says write).
WAYS = ("read", "write", "mixed", "round_trip")


class Trust(StrEnum):
    """The state of a result: how far its numbers can be relied on, or that there are none. Nothing is ever concluded
    from an INVALID result, and a result that was NOT_MEASURED is never taken for a good one."""

    VALID = "VALID"
    NOISY = "NOISY"
    INVALID = "INVALID"
    NOT_MEASURED = "NOT_MEASURED"

    @property
    def sound(self) -> bool:
        """Whether conclusions may rest on it."""
        return self in (Trust.VALID, Trust.NOISY)


def worst(marks: Iterable[Trust]) -> Trust:
    """The worst of these marks; VALID where there are none."""
    return max(marks, key=_BY_WORTH.index, default=Trust.VALID)


_BY_WORTH = tuple(Trust)


def _is_better(one: Trust, other: Trust) -> bool:
    return _BY_WORTH.index(one) < _BY_WORTH.index(other)


class TrialState(StrEnum):
    """`done` has samples; `failed` has a reason from the tool; `not-measured` was never started, and says why."""

    DONE = "done"
    FAILED = "failed"
    NOT_MEASURED = "not-measured"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One number out of one trial: `metric` ("read.iops", "read.lat_p99"), its unit, and which direction is better."""

    metric: str
    value: float
    unit: Unit
    better: Better = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """One reason not to trust a number fully, with the evidence in words. `reason` is a `DoubtReason`, or what an
    earlier version wrote into a run."""

    trust: Trust
    reason: str
    evidence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Histogram:
    """A latency distribution: upper bin edges in nanoseconds, ascending, with their counts."""

    metric: str
    edges_ns: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """What a tool's parser returns. `details` are scalars about the run (achieved depth, CPU use, tool version)."""

    samples: tuple[Sample, ...]
    details: Mapping[str, Scalar] = field(default_factory=dict)
    histograms: tuple[Histogram, ...] = ()
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class IoPath:
    """The subjects a result's bytes crossed; all empty for loopback, veth and memory."""

    file: str = ""
    file_system: str = ""
    block: str = ""
    nic: str = ""
    pci: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialResult:
    """One trial with what came out. Times are seconds since the epoch; `command` is what really ran;
    `timeline` is None where its seconds are not known."""

    trial: Trial
    state: TrialState
    started: float
    duration_s: float
    command: tuple[str, ...] = ()
    output: Output = Output(samples=())
    path: IoPath = IoPath()
    doubts: tuple[Doubt, ...] = ()
    deltas: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    timeline: Timeline | None = None

    @property
    def trust(self) -> Trust:
        """The worst of the doubts: VALID without any; NOT_MEASURED where the trial did not finish."""
        if self.state is not TrialState.DONE:
            return Trust.NOT_MEASURED
        return worst(doubt.trust for doubt in self.doubts) if self.doubts else Trust.VALID


def replaced(trials: Iterable[TrialResult]) -> frozenset[int]:
    """The numbers of the trials that were disturbed and repeated, and whose repeat has a better mark: it stands for
    them. A repeat that was disturbed as well stands beside its trial."""
    by_number = {result.trial.number: result for result in trials}
    repeats = [result for result in by_number.values() if result.trial.again_of in by_number]
    return frozenset(
        one.trial.again_of for one in repeats if _is_better(one.trust, by_number[one.trial.again_of].trust)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A median over fresh runs with a distribution-free interval from order statistics.

    `coverage` is the interval's exact confidence: the smallest at least 0.95 where n allows it (6 or more runs), else
    that of the whole range (0.9375 for 5). `low`, `high` and `coverage` are None for n below 3.
    Source: David and Nagaraja, Order Statistics, 3rd edition, section 7.1."""

    metric: str
    unit: Unit
    better: Better
    median: float
    low: float | None
    high: float | None
    coverage: float | None
    values: tuple[float, ...]

    @property
    def n(self) -> int:
        """How many fresh runs."""
        return len(self.values)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """All trials of one workload in one environment, summed up; `subject` of `result.*` facts is `id`."""

    workload: str
    environment: str
    estimates: tuple[Estimate, ...]
    trials: tuple[TrialResult, ...]
    doubts: tuple[Doubt, ...] = ()
    reason: str = ""

    @property
    def id(self) -> str:
        """`workload@environment`."""
        return f"{self.workload}@{self.environment}"

    @cached_property
    def trust(self) -> Trust:
        """The worst of the cell's doubts; NOT_MEASURED where no trial finished."""
        measured = bool(self.estimates) or any(trial.state is TrialState.DONE for trial in self.trials)
        return worst(doubt.trust for doubt in self.doubts) if measured else Trust.NOT_MEASURED

    @property
    def why(self) -> str:
        """Why nothing may rest on it: the worst doubt's reason, or why nothing was measured; "" where it is sound."""
        if self.trust is Trust.NOT_MEASURED:
            return self.reason or "no trial finished"
        return next((doubt.reason for doubt in self.doubts if doubt.trust is Trust.INVALID), "")

    def mark_of(self, trial: TrialResult) -> Trust:
        """The trust of one of its finished trials: a cell that is INVALID as a whole leaves none of them sound."""
        return Trust.INVALID if self.trust is Trust.INVALID else trial.trust

    @cached_property
    def finished(self) -> tuple[TrialResult, ...]:
        """The trials that gave a result, of whatever trust."""
        return tuple(trial for trial in self.trials if trial.state is TrialState.DONE)

    @cached_property
    def used(self) -> tuple[TrialResult, ...]:
        """The finished trials its numbers come from: those that are sound, or all where none is; without those that a
        cleaner repeat stands for."""
        gone = replaced(self.trials)
        kept = tuple(trial for trial in self.finished if trial.trial.number not in gone)
        return tuple(trial for trial in kept if trial.trust.sound) or kept

    @cached_property
    def left_out(self) -> tuple[TrialResult, ...]:
        """The trials its numbers do not come from: INVALID ones where others are sound, and those measured again."""
        used = {id(trial) for trial in self.used}
        return tuple(trial for trial in self.finished if id(trial) not in used)
