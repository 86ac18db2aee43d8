"""Fixes that need a restart: measured before it, and judged after it against that, unpaired.

Nothing that a machine does between two boots can be separated from the fix, so the answer is never more than "it looks
improved": the gate's own words for a baseline of another session."""

from dataclasses import replace

from perfadvisor.analyse.gate.gate import gate
from perfadvisor.gating import with_setting
from perfadvisor.gating.interleave import Progress, SideRuns
from perfadvisor.model.gate import Order, Side
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.definitions import domain
from perfadvisor.settings.model import Disturbs, Door, Plan
from perfadvisor.targets.changing import settings_file
from perfadvisor.targets.changing.undo import boot_id
from perfadvisor.tuning.bench import Measuring
from perfadvisor.tuning.how import How
from perfadvisor.tuning.judging import answer, apart, policy_with_guards
from perfadvisor.tuning.model import FixAnswer, PlannedFix, Tried, Tune

RUNS = 10  # of each side: as many sessions as the gate asks for are not available
AFTER = (Disturbs.RESTART, Disturbs.REBOOT)
SIDES = with_setting.AS_IS, "after the restart"


def needs_restart(made: Plan) -> bool:
    """Whether a plan holds a write that only a restart brings into force."""
    return any(write.setting.disturbs in AFTER for write in made.writes)


def prepared(fix: PlannedFix, measuring: Measuring, progress: Progress) -> Tried:
    """The machine as it is, measured now, so that `tune continue` has something to compare with."""
    side = _measured(measuring, SIDES[0], progress)
    return Tried(
        fix=fix,
        answer=FixAnswer.PREPARED,
        baseline=tuple(side.runs.values()),
        reason=f"{'; '.join(fix.commands)}; then: perfadvisor tune continue",
    )


def waits(tune: Tune) -> bool:
    """Whether a fix of this tune waits for a restart."""
    return any(one.answer is FixAnswer.PREPARED for one in tune.tried)


def judged(tune: Tune, how: How) -> Tune:
    """The tune with its waiting fixes judged, where the machine was restarted and has them now."""
    return replace(tune, tried=tuple(_judged(tune, one, how) for one in tune.tried))


def _judged(tune: Tune, one: Tried, how: How) -> Tried:
    if one.answer is not FixAnswer.PREPARED:
        return one
    if reason := _waits(tune, one.fix):
        return replace(one, reason=reason)
    measuring = how.ground([one.fix])
    if measuring.refusal:
        return replace(one, reason=measuring.refusal)
    before = Side(name=SIDES[0], runs={runs.key: runs for runs in one.baseline})
    after = _measured(measuring, SIDES[1], how.progress)
    report = gate(before, after, policy_with_guards(how.policy_of, measuring.is_goal), Order.STORED)
    goals, guards = apart(report)
    why = [f"{each.id}: {each.explanation}" for each in goals if each.explanation]
    return replace(one, answer=answer(report), goals=goals, guards=guards, reason="; ".join((*report.notes, *why)))


def _waits(tune: Tune, fix: PlannedFix) -> str:
    """Why the fix is not in force yet, "" where it is."""
    settings = [SETTINGS[wanted.setting] for wanted in fix.wanted]
    if tune.boot == boot_id() and any(setting.disturbs is Disturbs.REBOOT for setting in settings):
        return f"the machine was not restarted yet: {'; '.join(fix.commands)}"
    if missing := _missing(fix, in_force=False):
        return f"not set: {missing}"
    missing = _missing(fix, in_force=True)
    return f"the guest was not restarted yet, or does not run: {missing}" if missing else ""


def _missing(fix: PlannedFix, *, in_force: bool) -> str:
    """What the fix wants and the machine has not, "" where it has all: in guests' definitions, or in force."""
    wrong = []
    for wanted in fix.wanted:
        setting = SETTINGS[wanted.setting]
        if in_force and setting.door is Door.DEFINITION:
            setting = domain.running(setting)
        present = settings_file.now(setting, wanted.subject) or {}
        wrong += [
            f"{wanted.setting} {wanted.subject} is {present.get(name, 'unknown')}, not {text}"
            for name, text in wanted.to.items()
            if present.get(name) != text
        ]
    return "; ".join(wrong)


def _measured(measuring: Measuring, name: str, progress: Progress) -> Side:
    gathered = SideRuns(name=name)
    for number in range(RUNS):
        progress(f"run {number + 1} of {RUNS}: {name}")
        gathered.add(measuring.measure())
    return gathered.side()
