"""One fix measured in turns against the machine as it is now, and all that helped against none of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from perfadvisor.errors import PerfAdvisorError
from perfadvisor.gating import with_setting
from perfadvisor.gating.interleave import interleaved
from perfadvisor.model.gate import GateReport
from perfadvisor.settings.model import Intent, Plan
from perfadvisor.targets.changing.settings import Applied
from perfadvisor.tuning.bench import Measuring
from perfadvisor.tuning.how import How
from perfadvisor.tuning.judging import answer, apart, holds, policy_with_guards, settled
from perfadvisor.tuning.model import FixAnswer, PlannedFix, Together, Tried, WantedGroup
from perfadvisor.tuning.restarts import needs_restart, prepared
from perfadvisor.tuning.steps import intents


def tried(fix: PlannedFix, how: How, tests: int) -> Tried:
    """Measure one fix. What this user may not do, or what the machine does not take, is not tried; an interrupt goes on
    to the caller, everything restored."""
    notes: list[str] = []
    try:
        made = with_setting.planned(intents(fix))
        measuring = how.ground([fix])
        if needs_restart(made) and not measuring.refusal:
            return prepared(fix, measuring, how.progress)
        if reason := with_setting.forbidden(made) or measuring.refusal:
            return Tried(fix=fix, answer=FixAnswer.NOT_TRIED, reason=reason)
        report = _report(made, measuring, how, tests * measuring.goals, notes)
    except PerfAdvisorError as error:
        return Tried(fix=fix, answer=FixAnswer.NOT_TRIED, reason=error.message, notes=tuple(notes))
    goals, guards = apart(report)
    level = report.looks[-1].alpha if report.looks else 0.0
    return Tried(
        fix=fix,
        answer=answer(report),
        goals=goals,
        guards=guards,
        level=level,
        tests=tests * measuring.goals,
        reason=explained(report),
        notes=tuple(notes),
    )


def together(fixes: Sequence[PlannedFix], how: How) -> Together:
    """Everything that helped, against the machine without any of it; nothing stays changed here."""
    try:
        made = with_setting.planned(joined(fixes))
        report = _report(made, how.ground(fixes), how, 1, [])
    except PerfAdvisorError as error:
        return Together(answer=FixAnswer.NOT_TRIED, reason=error.message)
    goals, guards = apart(report)
    return Together(answer=answer(report), goals=goals, guards=guards, reason=explained(report))


def joined(fixes: Sequence[PlannedFix]) -> list[Intent]:
    """What all of them want; of two that want the same field otherwise the later one counts, as when tried in turn."""
    return [intent for fix in fixes for intent in intents(fix)]


def explained(report: GateReport) -> str:
    """Why a report decided nothing, in its own words; "" where it decided."""
    if answer(report) not in (FixAnswer.UNDECIDED, FixAnswer.GUARD_UNDECIDED):
        return ""
    goals, guards = apart(report)
    doubtful = (*goals, *(one for one in guards if not holds(one)))
    why = [f"{one.id}: {one.explanation}" for one in doubtful if one.explanation]
    return "; ".join((*why[:2], *report.notes[:1]))


def _report(made: Plan, measuring: Measuring, how: How, tests: int, notes: list[str]) -> GateReport:
    def heard(applied: Sequence[Applied]) -> None:
        notes.extend(note for note in rounding(applied) if note not in notes)

    with with_setting.measuring(made, measuring.measure, heard) as run:
        names = with_setting.AS_IS, with_setting.CHANGED
        policy = policy_with_guards(how.policy_of, measuring.is_goal)
        return interleaved(
            run,
            names,
            policy,
            most=how.pairs,
            budget_s=how.budget_s,
            progress=how.progress,
            tests=tests,
            settled=settled,
        )


def rounding(applied: Sequence[Applied]) -> list[str]:
    """What the driver made of the values, where it made something else of them."""
    return [
        f"{one.write.source}: {name} was set to {one.write.to[name]}, and the driver made it {got}"
        for one in applied
        for name, got in one.rounded.items()
    ]


def as_got(fix: PlannedFix, applied: Sequence[Applied]) -> PlannedFix:
    """The fix with the values that the machine really has."""
    got = {(one.write.setting.name, one.write.subject): one.got for one in applied}
    return replace(fix, wanted=tuple(_as_got(one, got.get((one.setting, one.subject), {})) for one in fix.wanted))


def _as_got(wanted: WantedGroup, got: Mapping[str, str]) -> WantedGroup:
    return replace(wanted, to={name: got.get(name, text) for name, text in wanted.to.items()})
