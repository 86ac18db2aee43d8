"""The words of gating: fresh runs of one metric, the judgement of two sides, and why a judgement could not be made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from perfadvisor.model.result import Better


class Verdict(StrEnum):
    """What two sides of one metric say, against a margin in which a difference does not matter."""

    REGRESSION = "regression"
    IMPROVED = "improved"
    EQUIVALENT = "equivalent"
    UNDECIDED = "undecided"


class Reason(StrEnum):
    """Why a comparison is undecided."""

    NONE = ""
    TOO_FEW_RUNS = "too-few-runs"
    TOO_NOISY = "too-noisy"
    BIMODAL = "bimodal"
    MANY_METRICS = "many-metrics"
    SOFT_BAND = "soft-band"
    ZERO_VARIANCE = "zero-variance"
    NOT_A_NUMBER = "not-a-number"
    NOT_POSITIVE = "not-positive"
    NOT_PAIRED = "not-paired"
    STORED_BASELINE = "stored-baseline"
    CHANGED_FINGERPRINT = "changed-fingerprint"
    INVALID_RUNS = "invalid-runs"
    NOT_MEASURED = "not-measured"
    MISSING_CANDIDATE = "missing-candidate"
    MISSING_BASELINE = "missing-baseline"


class Order(StrEnum):
    """How the runs of two sides were ordered in time, which decides how far the interval must reach.

    paired: one run of each side right after another; mixed: both spread over the same time, at random or in turns;
    block: first one side then the other, or unknown; stored: the baseline comes from another session."""

    PAIRED = "paired"
    MIXED = "mixed"
    BLOCK = "block"
    STORED = "stored"


@dataclass(frozen=True, kw_only=True, slots=True)
class Runs:
    """One metric of one workload: `values` holds one number per fresh run, in the order they ran. `left_out` are the
    values of INVALID runs: they are shown, and never judged."""

    workload: str
    metric: str
    unit: str
    better: Better
    values: tuple[float, ...]
    times: tuple[float, ...] = ()
    left_out: tuple[float, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What must agree for two sides to be compared: workload and metric."""
        return self.workload, self.metric


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One side of a gate: what it is called, its runs by (workload, metric), and what is known of its machine.

    `fingerprint` is the bucketed hardware identity, `kind` the environment kind, both "" where unknown;
    `marks` are versions that annotate (kernel, microcode, tool); `invalid` says why runs cannot be relied on,
    `unmeasured` why there are none although they were planned."""

    name: str
    runs: Mapping[tuple[str, str], Runs]
    fingerprint: str = ""
    kind: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    invalid: Mapping[tuple[str, str], str] = field(default_factory=dict)
    unmeasured: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Everything it was to measure, measured or not."""
        return frozenset(self.runs) | frozenset(self.unmeasured)


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricPolicy:
    """How one metric is judged. `margin` is relative (0.03); `family` is the group whose false alarms are bounded
    together; `between_sessions` is the relative sd of the metric's level from session to session, None where it was not
    measured it."""

    margin: float
    primary: bool = True
    family: str = "primary"
    deterministic: bool = False
    between_sessions: float | None = None
    noise_floor: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two sides of one metric. `ratio` is candidate over baseline with its 95 % interval (at planned looks the
    wider one that holds 95 % over all looks together); None where there is none.

    `p_worse` is the one-sided p-value of "worse by no more than the margin", after Holm's correction over its family;
    `p_better` the same of "better by no more than the margin", uncorrected;
    `pairs_needed` estimates how many runs of each side would decide it; 0 where it is decided or cannot be known."""

    workload: str
    metric: str
    unit: str
    better: Better
    order: Order
    verdict: Verdict
    margin: float
    primary: bool = True
    family: str = "primary"
    reason: Reason = Reason.NONE
    explanation: str = ""
    baseline: tuple[float, ...] = ()
    candidate: tuple[float, ...] = ()
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p_worse: float | None = None
    p_better: float | None = None
    pairs_needed: int = 0
    notes: tuple[str, ...] = ()
    acknowledged: str = ""

    @property
    def id(self) -> str:
        """`workload/metric`: what an acknowledgement names."""
        return f"{self.workload}/{self.metric}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One event: every regressed metric of one workload together, worst first."""

    workload: str
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """One planned look at growing data: after `pairs` pairs, at two-sided level `alpha`; `verdict` is its result."""

    pairs: int
    alpha: float
    verdict: Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class NewFinding:
    """A finding of the candidate that the baseline did not have."""

    rule: str
    severity: str
    subject: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GateReport:
    """Everything a gate says; `exit_code` follows from it and the options it was asked with."""

    baseline: str
    candidate: str
    comparisons: tuple[Comparison, ...]
    alerts: tuple[Alert, ...] = ()
    looks: tuple[Look, ...] = ()
    findings: tuple[NewFinding, ...] = ()
    notes: tuple[str, ...] = ()
    allow_undecided: bool = False

    @property
    def verdict(self) -> Verdict:
        """The worst of the primary comparisons: regression, then undecided, then improved, then equivalent."""
        verdicts = {c.verdict for c in self.comparisons if c.primary and not c.acknowledged}
        if self.alerts:
            return Verdict.REGRESSION
        if Verdict.UNDECIDED in verdicts or not self.comparisons:
            return Verdict.UNDECIDED
        return Verdict.IMPROVED if Verdict.IMPROVED in verdicts else Verdict.EQUIVALENT

    @property
    def exit_code(self) -> int:
        """1 for a regression or a gating finding, 3 for undecided unless allowed, else 0."""
        if self.alerts or self.findings:
            return 1
        return 3 if self.verdict is Verdict.UNDECIDED and not self.allow_undecided else 0
