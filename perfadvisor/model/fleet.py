"""A fleet: what is kept of each machine, small enough for ten thousand of them, and what a comparison finds."""

from dataclasses import dataclass
from typing import NamedTuple

from perfadvisor.model.fact import Scalar


class SettingKey(NamedTuple):
    """Which fact of which subject: ("nic.rx_usecs", "eth0")."""

    name: str
    subject: str


class FleetFact(NamedTuple):
    """One fact of the machine itself; its unit and nature stand in the catalogue."""

    name: str
    subject: str
    value: Scalar


class FleetCell(NamedTuple):
    """One metric of one cell. `low` to `high` covers the median with probability `coverage`; all three are None below
    three runs. `trust` is a `Trust`, `better` is "higher", "lower" or ""."""

    workload: str
    environment: str
    metric: str
    unit: str
    better: str
    median: float
    low: float | None
    high: float | None
    coverage: float | None
    runs: int
    trust: str


class FleetFinding(NamedTuple):
    """One rule that fires, and that no other finding explains."""

    rule: str
    severity: str
    environment: str
    subject: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HostRecord:
    """One machine as it was read once. `host` is the name the user gave it (inventory, file name), `content` the
    SHA-256 of what was judged, `taken` the machine's own time, `received` when its bundle was written here, `identity`
    what the machine calls itself, `environment` what its findings are about. `again` is true where the facts alone are
    enough to judge it again. Where `error` is not empty nothing else is known of it."""

    host: str
    source: str
    content: str
    taken: float = 0.0
    received: float = 0.0
    version: str = ""
    cohort: str = ""
    identity: str = ""
    environment: str = ""
    facts: tuple[FleetFact, ...] = ()
    cells: tuple[FleetCell, ...] = ()
    findings: tuple[FleetFinding, ...] = ()
    again: bool = False
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HostCell:
    """One metric of one host, with the cohort it is compared in."""

    host: str
    cohort: str
    cell: FleetCell


@dataclass(frozen=True, kw_only=True, slots=True)
class CohortLevel:
    """Where a cohort's hosts lie in one metric: the robust middle, and the robust standard deviation of its logarithm
    between hosts, as a share (0.02 is 2 %)."""

    cohort: str
    workload: str
    environment: str
    metric: str
    unit: str
    better: str
    hosts: int
    middle: float
    spread: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlier:
    """A host that differs from its cohort in one metric. `ratio` is host over cohort with its interval, which allows
    for having picked the extremes; `q` is the p-value corrected over all hosts and metrics (see fleet/discovery.py).
    `worse` is None where the metric has no better direction."""

    host: str
    level: CohortLevel
    value: float
    ratio: float
    low: float
    high: float
    q: float
    worse: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutlierReport:
    """`noisy` are the cells that lie far off, but whose own interval is wide enough to explain it: measured on a noisy
    day, not slow. `left_out` counts cells by the reason why they were not compared."""

    levels: tuple[CohortLevel, ...]
    outliers: tuple[Outlier, ...]
    noisy: tuple[HostCell, ...]
    left_out: dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class FactGap:
    """A setting that separates slow hosts from the rest of their cohort: how many of each have this value, of those
    whose value is known. `p` is Fisher's exact p-value, `q` the same corrected over all settings tested."""

    key: SettingKey
    value: Scalar
    usual: Scalar | None
    slow_with: int
    slow: int
    rest_with: int
    rest: int
    p: float
    q: float


@dataclass(frozen=True, kw_only=True, slots=True)
class OddSetting:
    """A host whose setting differs from what most of its cohort has; `agreeing` of `hosts` have the usual value."""

    host: str
    cohort: str
    key: SettingKey
    value: Scalar
    usual: Scalar
    agreeing: int
    hosts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RolloutEffect:
    """What a change gave in one metric: the ratio of after to before on changed hosts, over the same of untouched
    ones, with a 95 % interval. `verdict` is "better", "worse", "no difference shown" or "changed"."""

    workload: str
    environment: str
    metric: str
    better: str
    ratio: float
    low: float
    high: float
    changed: int
    untouched: int
    verdict: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PairEffect:
    """A host or link that differs in a matrix of pairs: `what` is "sends", "receives" or "link", `hosts` one host, or
    sender and receiver; `ratio` compares it with what the rest of the matrix leads to expect."""

    what: str
    hosts: tuple[str, ...]
    ratio: float
    q: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PairMatrix:
    """One metric between all pairs: (sender, receiver) -> value, and what is odd in it. `what` names it, `better` is
    "higher" or "lower"."""

    what: str
    unit: str
    better: str
    values: dict[tuple[str, str], float]
    odd: tuple[PairEffect, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingSpread:
    """A rule with the hosts on which it fires; `elsewhere` counts the hosts beyond those named. The title is that of
    one of the hosts."""

    rule: str
    severity: str
    title: str
    hosts: tuple[str, ...]
    elsewhere: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class OutlierReason:
    """Hosts that are worse in these metrics, the settings that separate them from the rest, and the rules that fire on
    them and on few others."""

    cohort: str
    metrics: tuple[str, ...]
    hosts: tuple[str, ...]
    steps: tuple[FactGap, ...]
    rules: tuple[FindingSpread, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HostSummary:
    """One compared host: the number of its findings, and of the worst severity among them ("" without any)."""

    host: str
    cohort: str
    findings: int
    worst: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetComparison:
    """Everything a comparison of a fleet says. `cohorts` counts hosts, `bad` names bundles that could not be judged."""

    cohorts: dict[str, int]
    hosts: tuple[HostSummary, ...]
    outliers: OutlierReport
    reasons: tuple[OutlierReason, ...]
    odd: tuple[OddSetting, ...]
    findings: tuple[FindingSpread, ...]
    bad: tuple[tuple[str, str], ...]
