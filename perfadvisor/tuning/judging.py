"""When a fix helps: its goal gains more than the margin, nothing else loses, and chance over all fixes is counted."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import log

from perfadvisor.analyse.gate.gate import PolicyOf
from perfadvisor.analyse.gate.margins import TAILS
from perfadvisor.analyse.statistics.effect import log_margin
from perfadvisor.analyse.statistics.holm import holm
from perfadvisor.analyse.statistics.sequential import FIXED_ALPHA
from perfadvisor.model.gate import Comparison, GateReport, MetricPolicy, Reason, Runs, Verdict
from perfadvisor.tuning.model import FixAnswer, Tried

GUARD_MARGIN = 0.10  # judgement: a loss that a gain elsewhere must not hide
COSTS = ("cpu_per_",)
IsGoal = Callable[[str, str], bool]


def is_guard_by_name(metric: str) -> bool:
    """Tail latencies and CPU time for each operation are guards of whatever is measured beside them."""
    name = metric.lower()
    return name.startswith(COSTS) or any(name.endswith(tail) or f"_{tail}" in name for tail in TAILS)


def policy_with_guards(policy_of: PolicyOf, is_goal: IsGoal) -> PolicyOf:
    """The policy, in which guards are a family of their own with a wider margin. Latencies come in steps, so that all
    runs may show the same: then they are equal, not undecided."""

    def policy(runs: Runs) -> MetricPolicy:
        own = policy_of(runs)
        if is_goal(runs.workload, runs.metric):
            return own
        margin = max(own.margin, GUARD_MARGIN)
        return replace(own, margin=margin, family="guard", deterministic=True, primary=bool(runs.better))

    return policy


def apart(report: GateReport) -> tuple[tuple[Comparison, ...], tuple[Comparison, ...]]:
    """The goals and the guards of a report; metrics without a direction are neither."""
    judged = [one for one in report.comparisons if one.primary]
    return (
        tuple(one for one in judged if one.family != "guard"),
        tuple(one for one in judged if one.family == "guard"),
    )


def holds(guard: Comparison) -> bool:
    """Whether a guard is not hurt: its interval may reach beyond the margin where it gains, never where it loses
    (a test of non-inferiority)."""
    if guard.verdict is not Verdict.UNDECIDED:
        return guard.verdict is not Verdict.REGRESSION
    if guard.reason is not Reason.TOO_NOISY or guard.low is None or guard.high is None:
        return False
    worst = guard.low if guard.better != "lower" else 1 / guard.high
    return log(worst) > -log_margin(guard.margin)


def answer(report: GateReport) -> FixAnswer:
    """What a report says of a fix, before chance over all fixes is counted."""
    judged, guards = apart(report)
    goals = [one.verdict for one in judged]
    if Verdict.REGRESSION in goals:
        return FixAnswer.HURTS
    if any(one.verdict is Verdict.REGRESSION for one in guards):
        return FixAnswer.GUARD_HURT
    if Verdict.IMPROVED not in goals:
        return FixAnswer.UNDECIDED if Verdict.UNDECIDED in goals or not goals else FixAnswer.NO_DIFFERENCE
    if Verdict.UNDECIDED in goals:
        return FixAnswer.UNDECIDED
    return FixAnswer.HELPS if all(map(holds, guards)) else FixAnswer.GUARD_UNDECIDED


def settled(report: GateReport) -> bool:
    """Whether more pairs could not change what is done: a loss, no gain, or a gain with everything else decided."""
    return answer(report) not in (FixAnswer.UNDECIDED, FixAnswer.GUARD_UNDECIDED)


def without_chance(tried: Sequence[Tried]) -> tuple[Tried, ...]:
    """The same with Holm's correction over every goal of every fix: what does not clear it may be chance. A p-value of
    an early look counts as much as that look's level of the whole."""
    places = [(i, one) for i, each in enumerate(tried) for one in each.goals if one.p_better is not None]
    values = [_whole(tried[i], one) for i, one in places]
    surviving = {i for (i, _), p in zip(places, holm(values), strict=True) if p <= FIXED_ALPHA / 2}
    return tuple(
        replace(each, answer=FixAnswer.CHANCE) if each.answer is FixAnswer.HELPS and i not in surviving else each
        for i, each in enumerate(tried)
    )


def _whole(each: Tried, one: Comparison) -> float:
    level = each.level * each.tests
    return min(1.0, (one.p_better or 0.0) * FIXED_ALPHA / level) if level else 1.0
