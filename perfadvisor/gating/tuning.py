"""The fixes of findings tried one after another on this machine: each measured in turns against the machine as it is,
and put back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from perfadvisor.analyse.gate.gate import PolicyOf
from perfadvisor.errors import InputError, PerfAdvisorError
from perfadvisor.gating import with_setting
from perfadvisor.gating.interleave import Progress, interleaved
from perfadvisor.model.gate import GateReport, Side, Verdict
from perfadvisor.model.rule import Finding
from perfadvisor.report.view import ReportView
from perfadvisor.settings.commands import differences
from perfadvisor.settings.model import Disturbs, Intent, Plan


class Answer(StrEnum):
    """What trying a fix showed."""

    HELPS = "helps"
    HURTS = "hurts"
    NO_DIFFERENCE = "no difference"
    UNDECIDED = "undecided"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A finding whose fix can be planned, and the plan on the machine that was read."""

    finding: Finding
    plan: Plan

    @property
    def disturbs(self) -> Disturbs:
        """The worst that its writes do to what runs."""
        order = tuple(Disturbs)
        return max((write.setting.disturbs for write in self.plan.writes), key=order.index)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """What came of one step; `report` is None where it was not tried, and `reason` says why."""

    step: Step
    answer: Answer
    report: GateReport | None = None
    reason: str = ""


def steps(view: ReportView) -> tuple[Step, ...]:
    """The fixes to try, in the order in which to read the findings: causes first, one step for one change. A finding
    that another one explains is left to it, and an environment other than the machine itself to its owner."""
    found: dict[tuple[str, ...], Step] = {}
    for finding, plan in view.plans:
        if finding.environment == view.base and not finding.explained_by:
            found.setdefault(differences(plan.writes), Step(finding=finding, plan=plan))
    return tuple(found.values())


def tried(
    step: Step, measure: Callable[[], Side], policy_of: PolicyOf, *, pairs: int, budget_s: float | None,
    progress: Progress,
) -> Tried:  # fmt: skip
    """Measure one fix against the machine as it is now. What this user may not do, or what the machine does not take,
    is not tried; an interrupt goes on to the caller, everything put back."""
    try:
        made = with_setting.planned(_intents(step.plan))
        if reason := with_setting.forbidden(made):
            return Tried(step=step, answer=Answer.NOT_TRIED, reason=reason)
        with with_setting.measuring(made, measure) as run:
            names = with_setting.AS_IS, with_setting.CHANGED
            report = interleaved(run, names, policy_of, most=pairs, budget_s=budget_s, progress=progress)
    except PerfAdvisorError as error:
        return Tried(step=step, answer=Answer.NOT_TRIED, reason=error.message)
    return Tried(step=step, answer=answer(report), report=report)


def answer(report: GateReport) -> Answer:
    """A fix helps where a primary metric gains and none loses, whether primary or not."""
    verdicts = [one.verdict for one in report.comparisons]
    if Verdict.REGRESSION in verdicts:
        return Answer.HURTS
    primary = [one.verdict for one in report.comparisons if one.primary]
    if not primary or Verdict.UNDECIDED in primary:
        return Answer.UNDECIDED
    return Answer.HELPS if Verdict.IMPROVED in primary else Answer.NO_DIFFERENCE


def _intents(plan: Plan) -> Sequence[Intent]:
    """The plan as wishes again, because the machine may have changed since it was read."""
    return [Intent(setting=write.setting.name, subject=write.subject, to=write.to) for write in plan.writes]


def chosen(found: Sequence[Step], only: Sequence[str]) -> Iterator[Step]:
    """The steps of these rules, all of them without any. InputError for a rule that has no step."""
    ids = [step.finding.rule.id for step in found]
    for name in only:
        if name not in ids:
            raise InputError(f"{name} has no fix to try here", f"there are: {', '.join(dict.fromkeys(ids)) or 'none'}")
    return (step for step in found if not only or step.finding.rule.id in only)
