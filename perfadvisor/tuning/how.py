"""How a tune measures."""

from dataclasses import dataclass

from perfadvisor.analyse.gate.gate import PolicyOf
from perfadvisor.gating.interleave import Progress
from perfadvisor.tuning.bench import Ground


@dataclass(frozen=True, kw_only=True)
class How:
    """How to measure: the ground, the policy, the most pairs and seconds of one comparison, and who hears of it."""

    ground: Ground
    policy_of: PolicyOf
    pairs: int
    budget_s: float | None
    progress: Progress
