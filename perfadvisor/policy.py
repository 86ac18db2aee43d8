"""The policy file of a gate: which metrics count, how much of a difference matters, and what is accepted for now."""

from collections.abc import Callable
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from perfadvisor.analyse.margins import default_margin
from perfadvisor.model.gate import MetricPolicy, Runs
from perfadvisor.packs.check import Strict, checked, read

Share = float


class MetricRule(Strict):
    """How the metrics that `match` ("storage/*/read.iops", as in a shell) are judged; the first that matches counts."""

    match: str = Field(min_length=1, max_length=300)
    primary: bool | None = None
    margin: Share | None = Field(default=None, gt=0, lt=0.9)
    family: str | None = Field(default=None, min_length=1, max_length=100)
    deterministic: bool = False
    between_sessions: Share | None = Field(default=None, ge=0, lt=1)
    noise_floor: Share | None = Field(default=None, ge=0, lt=1)


class Acknowledgement(Strict):
    """An accepted change: `id` as the gate or the history prints it, the `reason`, and the day it is judged again."""

    id: str = Field(min_length=1, max_length=500)
    reason: str = Field(min_length=10, max_length=1000)
    until: str

    @field_validator("until")
    @classmethod
    def _a_day(cls, text: str) -> str:
        try:
            date.fromisoformat(text)
        except ValueError:
            raise ValueError("a day, as 2031-12-24") from None
        return text


class History(Strict):
    """When a change in the history counts: at least `margin`, within the last `recent` points."""

    margin: Share = Field(default=0.03, gt=0, lt=0.9)
    recent: int = Field(default=40, ge=5, le=10_000)


class Policy(Strict):
    """A gate's policy. Without a file everything is at its default: every metric with a direction is primary."""

    version: Literal[1] = 1
    metrics: list[MetricRule] = Field(default=[], max_length=1000)
    acknowledged: list[Acknowledgement] = Field(default=[], max_length=10_000)
    history: History = History()

    def of(self, runs: Runs) -> MetricPolicy:
        """How one metric is judged."""
        name = f"{runs.workload}/{runs.metric}"
        rule = next((rule for rule in self.metrics if fnmatchcase(name, rule.match)), None)
        margin = default_margin(runs.metric, runs.unit)
        if rule is None:
            return MetricPolicy(margin=margin, primary=bool(runs.better))
        return MetricPolicy(
            margin=rule.margin or margin,
            primary=bool(runs.better) if rule.primary is None else rule.primary,
            family=rule.family or "primary",
            deterministic=rule.deterministic,
            between_sessions=rule.between_sessions,
            noise_floor=rule.noise_floor,
        )

    def acknowledgements(self, today: date) -> dict[str, str]:
        """Id -> reason of those that have not run out."""
        live = (one for one in self.acknowledged if date.fromisoformat(one.until) >= today)
        return {one.id: f"{one.reason} (until {one.until})" for one in live}

    def expired(self, today: date) -> tuple[str, ...]:
        """The ids that count again."""
        return tuple(one.id for one in self.acknowledged if date.fromisoformat(one.until) < today)


PolicyOf = Callable[[Runs], MetricPolicy]


def read_policy(path: Path | None) -> Policy:
    """The policy in a YAML file, or the default one. PackError with every mistake at its line."""
    return checked(read(path), Policy) if path else Policy()


def policy_schema() -> dict[str, object]:
    """JSON Schema of the policy file, for editors."""
    return Policy.model_json_schema()
