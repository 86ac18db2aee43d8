"""How one environment does beside its parent: the rows of the table of environments."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from perfadvisor.model.result import Better, Trust


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """A finding that explains a gap: its rule and subject, and the share of the gap it can explain, where known."""

    rule_id: str
    subject: str = ""
    share: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvironmentRatio:
    """One metric of one workload, environment over parent. `ratio` is None where `withheld` says why.

    `low` and `high` bound the ratio's 95 % interval, `n` is the smaller of both sides' fresh runs. `counters` are what
    happened meanwhile ("interrupts.per_s" of this environment), `note` is printed beside the number (a different
    guest kernel), `emulated` marks a guest without hardware virtualisation: its ratio proves the path, not the
    speed."""

    workload: str
    metric: str
    better: Better
    environment: str
    parent: str
    ratio: float | None
    low: float | None
    high: float | None
    n: int
    trust: Trust = Trust.VALID
    withheld: str = ""
    note: str = ""
    emulated: bool = False
    counters: Mapping[str, float] = field(default_factory=dict)
    explanations: tuple[Explanation, ...] = ()
