"""What was looked at: the rules that passed, and those that could not be evaluated with what would unlock them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from perfadvisor.model.absence import AbsenceReason
from perfadvisor.model.fact import Absent
from perfadvisor.model.rule import Finding, Outcome, Rule
from perfadvisor.report.view import ReportView

UNLOCKS = {  # what to do about a missing fact, where its reason does not say it all
    AbsenceReason.DENIED: "run perfadvisor as root",
    AbsenceReason.INVALID_RESULT: "measure again when the machine is quiet",
    AbsenceReason.NOT_READ: "take a snapshot with perfadvisor on the machine itself",
    AbsenceReason.NO_PARENT: "take the guest's snapshot with its host's as --parent",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PassedRule:
    """A rule that is clear (or does not apply), for how many subjects, and the reason where one was given."""

    rule: Rule
    count: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Locked:
    """One reason why facts are missing: the facts, where they would be read, and the rules that wait for them."""

    reason: str
    unlock: str
    facts: tuple[str, ...]
    sources: tuple[str, ...]
    rules: tuple[Rule, ...]


def passed(view: ReportView) -> tuple[PassedRule, ...]:
    """Rules that are clear somewhere and fire nowhere, by id."""
    firing = {finding.rule.id for finding in view.with_outcome(Outcome.FIRES)}
    return tuple(each for each in _counted(view.with_outcome(Outcome.CLEAR)) if each.rule.id not in firing)


def not_applicable(view: ReportView) -> tuple[PassedRule, ...]:
    """Rules that are about something this machine does not have and that gave nothing else anywhere, by id."""
    answered = {f.rule.id for f in view.findings if f.outcome is not Outcome.NOT_APPLICABLE}
    return tuple(each for each in _counted(view.with_outcome(Outcome.NOT_APPLICABLE)) if each.rule.id not in answered)


def _counted(findings: Sequence[Finding]) -> tuple[PassedRule, ...]:
    counts = Counter(finding.rule.id for finding in findings)
    firsts = {finding.rule.id: finding for finding in reversed(findings)}
    return tuple(
        PassedRule(rule=firsts[rule_id].rule, count=counts[rule_id], reason=firsts[rule_id].reason)
        for rule_id in sorted(firsts)
    )


def locked(view: ReportView) -> tuple[Locked, ...]:
    """The unknown outcomes by their reason, the one that would unlock most rules first."""
    by_reason: dict[str, list[tuple[Rule, Absent]]] = {}
    for finding in view.with_outcome(Outcome.UNKNOWN):
        for absent in finding.missing or (Absent(name="", reason="no reason recorded"),):
            by_reason.setdefault(absent.reason, []).append((finding.rule, absent))
    found = (_locked(waiting) for waiting in by_reason.values())
    return tuple(sorted(found, key=lambda each: (-len(each.rules), each.reason)))


def _locked(waiting: Sequence[tuple[Rule, Absent]]) -> Locked:
    """What waits for one reason: rules, each with a fact that it lacks."""
    missing = [absent for _, absent in waiting]
    rules = {rule.id: rule for rule, _ in waiting}
    measurable = not all(_is_of_a_result(absent.name) for absent in missing)
    return Locked(
        reason=missing[0].reason,
        unlock=UNLOCKS.get(missing[0].why, "") if measurable else "",
        facts=tuple(dict.fromkeys(absent.name for absent in missing if absent.name)),
        sources=tuple(dict.fromkeys(absent.source for absent in missing if absent.source)),
        rules=tuple(rules[rule_id] for rule_id in sorted(rules)),
    )


def _is_of_a_result(name: str) -> bool:
    """Whether only another run can give it; `result.trust` is missing where the same run, undisturbed, would."""
    return name.startswith("result.") and name != "result.trust"
