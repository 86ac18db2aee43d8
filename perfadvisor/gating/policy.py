"""The policy of a gate: which metrics count, how much of a difference matters, and what is accepted for now."""

from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase

from perfadvisor.analyse.gate.margins import default_margin
from perfadvisor.model.gate import MetricPolicy, Runs
from perfadvisor.model.history import SeriesKey


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricRule:
    """How the metrics that `match` ("storage/*/read.iops", as in a shell) are judged; the first that matches counts.
    None leaves the default."""

    match: str
    primary: bool | None = None
    margin: float | None = None
    family: str | None = None
    deterministic: bool = False
    between_sessions: float | None = None
    noise_floor: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledgement:
    """An accepted change: its id as the gate or the history prints it, why, and the last day it is accepted."""

    id: str
    reason: str
    until: date


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryPolicy:
    """When a change in the history counts: at least `margin`, unless a rule for the metric says another one, within the
    last `recent` points."""

    margin: float = 0.03
    recent: int = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """Without a file everything is at its default: every metric that has a direction is primary."""

    metrics: tuple[MetricRule, ...] = ()
    acknowledged: tuple[Acknowledgement, ...] = ()
    history: HistoryPolicy = field(default_factory=HistoryPolicy)

    def of(self, runs: Runs) -> MetricPolicy:
        """How one metric is judged."""
        margin, has_direction = default_margin(runs.metric, runs.unit), bool(runs.better)
        rule = self._rule(f"{runs.workload}/{runs.metric}")
        if rule is None:
            return MetricPolicy(margin=margin, primary=has_direction)
        return MetricPolicy(
            margin=rule.margin or margin,
            primary=has_direction if rule.primary is None else rule.primary,
            family=rule.family or "primary",
            deterministic=rule.deterministic,
            between_sessions=rule.between_sessions,
            noise_floor=rule.noise_floor,
        )

    def _rule(self, name: str) -> MetricRule | None:
        return next((rule for rule in self.metrics if fnmatchcase(name, rule.match)), None)

    def margin_of(self, key: SeriesKey) -> float | None:
        """How much of a change in a series matters; None where it only informs."""
        rule = self._rule(replace(key, environment="").name)
        if rule is None:
            return self.history.margin
        return None if rule.primary is False else rule.margin or self.history.margin

    def acknowledgements(self, today: date) -> dict[str, str]:
        """Id -> reason of those that have not run out."""
        return {one.id: f"{one.reason} (until {one.until})" for one in self.acknowledged if one.until >= today}

    def expired(self, today: date) -> tuple[str, ...]:
        """The ids that count again."""
        return tuple(one.id for one in self.acknowledged if one.until < today)
