"""What came out: samples, trial results with their trust mark, and the cells that rules and reports judge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from perfadvisor.model.fact import Scalar
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Trial

Better = Literal["higher", "lower", ""]
# What fio's I/Os are counted under. "mixed": reads and writes together (unified_rw_reporting=1); "round_trip": a
# message and its answer (the net engine with pingpong=1, where fio says write).
WAYS = ("read", "write", "mixed", "round_trip")


class Trust(StrEnum):
    """How far a number can be relied on. Findings never rest on an INVALID result."""

    VALID = "VALID"
    NOISY = "NOISY"
    INVALID = "INVALID"


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
    """One reason not to trust a number fully, with the evidence in words."""

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
class Path:
    """The subjects a result's bytes crossed; all empty for loopback, veth and memory."""

    file: str = ""
    file_system: str = ""
    block: str = ""
    nic: str = ""
    pci: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialResult:
    """One trial with what came out. Times are seconds since the epoch; `command` is what really ran."""

    trial: Trial
    state: TrialState
    started: float
    duration_s: float
    command: tuple[str, ...] = ()
    output: Output = Output(samples=())
    path: Path = Path()
    doubts: tuple[Doubt, ...] = ()
    deltas: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""

    @property
    def trust(self) -> Trust:
        """The worst of the doubts: VALID without any."""
        marks = {doubt.trust for doubt in self.doubts}
        return next((mark for mark in (Trust.INVALID, Trust.NOISY) if mark in marks), Trust.VALID)


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


@dataclass(frozen=True, kw_only=True, slots=True)
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

    @property
    def trust(self) -> Trust:
        """The worst of the cell's doubts."""
        marks = {doubt.trust for doubt in self.doubts}
        return next((mark for mark in (Trust.INVALID, Trust.NOISY) if mark in marks), Trust.VALID)
