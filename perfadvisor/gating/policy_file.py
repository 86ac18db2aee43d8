"""The policy as people write it: YAML, checked, every mistake at its line."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from perfadvisor.gating import policy
from perfadvisor.packs.check import Strict, checked, read


class MetricRuleEntry(Strict):
    """How the metrics that `match` ("storage/*/read.iops", as in a shell) are judged; the first that matches counts."""

    match: str = Field(min_length=1, max_length=300, description="workload/metric, with * and ? as in a shell")
    primary: bool | None = Field(default=None, description="whether it can fail the gate, or only informs")
    margin: float | None = Field(default=None, gt=0, lt=0.9, description="relative: 0.03 for 3 %")
    family: str | None = Field(default=None, min_length=1, max_length=100, description="metrics corrected together")
    deterministic: bool = Field(default=False, description="exact by nature, such as an instruction count")
    between_sessions: float | None = Field(default=None, ge=0, lt=1, description="relative sd from session to session")
    noise_floor: float | None = Field(default=None, ge=0, lt=1, description="as `gate calibrate` measured it")


class AcknowledgementEntry(Strict):
    """An accepted change: `id` as the gate or the history prints it, the `reason`, and the day it ends."""

    id: str = Field(min_length=1, max_length=500)
    reason: str = Field(min_length=10, max_length=1000)
    until: str = Field(description="the last day it is accepted, as 2031-12-24")

    @field_validator("until")
    @classmethod
    def _a_day(cls, text: str) -> str:
        try:
            date.fromisoformat(text)
        except ValueError:
            raise ValueError("a day, as 2031-12-24") from None
        return text


class HistoryRule(Strict):
    """When a change in the history counts: at least `margin`, unless a rule for the metric says another one, within the
    last `recent` points."""

    margin: float = Field(default=0.03, gt=0, lt=0.9)
    recent: int = Field(default=40, ge=5, le=10_000)


class PolicyFile(Strict):
    """The whole file."""

    version: Literal[1]
    metrics: list[MetricRuleEntry] = Field(default=[], max_length=1000)
    acknowledged: list[AcknowledgementEntry] = Field(default=[], max_length=10_000)
    history: HistoryRule = HistoryRule()


def read_file(path: Path) -> policy.Policy:
    """The policy in a YAML file; PackError with everything wrong in it."""
    found = checked(read(path), PolicyFile)
    return policy.Policy(
        metrics=tuple(policy.MetricRule(**rule.model_dump()) for rule in found.metrics),
        acknowledged=tuple(
            policy.Acknowledgement(id=one.id, reason=one.reason, until=date.fromisoformat(one.until))
            for one in found.acknowledged
        ),
        history=policy.HistoryPolicy(**found.history.model_dump()),
    )


def policy_schema() -> dict[str, object]:
    """JSON Schema of the file, for editors."""
    return PolicyFile.model_json_schema()
