"""Root causes first: a finding that another one explains names it, and stands behind it.

A rule names what it explains by globs over rule ids ("irq-*"), and explains it only on the same thing: the same
subject, or a device on its path. Two results over one device do not explain each other, nor do two disks of one
controller.
"""

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from perfadvisor.analyse.rules.lookup import Lookup
from perfadvisor.model.rule import SEVERITIES, Confidence, Finding, Outcome, Rule

MEASUREMENT = "measurement"
STEPS = (MEASUREMENT, "ceiling", "hardware", "placement", "virtual", "memory", "stack")
_STEPS = {step: place for place, step in enumerate(STEPS)}
_CONFIDENCES = {confidence: place for place, confidence in enumerate(reversed(Confidence))}
_OUTCOMES = {outcome: place for place, outcome in enumerate(Outcome)}
_SEVERITIES = {severity: place for place, severity in enumerate(SEVERITIES)}


def order(finding: Finding) -> tuple[float | str, ...]:
    """Sort key: fires first, root causes before what they explain, then the order of evaluation, then what the fix gave
    where it was measured, then weight."""
    rule = finding.rule
    return (
        _OUTCOMES[finding.outcome],
        int(bool(finding.explained_by)),
        _STEPS.get(rule.step, len(_STEPS)),
        -finding.gain,
        _CONFIDENCES[finding.confidence],
        _SEVERITIES[rule.severity],
        rule.id,
        finding.subject,
    )


def reading_order(finding: Finding) -> tuple[float | str, ...]:
    """Sort key for people: of what fires, first what holds the work back, then what it did not touch, then doubts."""
    fires = finding.outcome is Outcome.FIRES
    doubt = fires and finding.rule.step == MEASUREMENT
    outcome, *rest = order(finding)
    return (outcome, int(doubt), int(fires and finding.aside), *rest)


def explain(findings: Sequence[Finding], lookup: Lookup) -> list[Finding]:
    """The findings with `explained_by` filled in, following chains of causes to their root."""
    firing = sorted((finding for finding in findings if finding.outcome is Outcome.FIRES), key=order)
    candidates = _candidates(firing)
    cause: dict[int, int] = {}
    for effect in reversed(range(len(firing))):  # of two that explain each other, the one read first is the root
        for candidate in candidates[firing[effect].rule.id]:
            related = _related(firing[candidate], firing[effect], lookup)
            if related and effect not in _chain(candidate, cause):
                cause[effect] = candidate
                break
    roots = {id(firing[effect]): firing[_chain(effect, cause)[-1]].rule.id for effect in cause}
    return [replace(f, explained_by=roots[id(f)]) if id(f) in roots else f for f in findings]


def _candidates(firing: Sequence[Finding]) -> dict[str, list[int]]:
    """Rule id -> the findings whose rules explain that rule, if they are about the same thing."""
    return {
        effect: [place for place, finding in enumerate(firing) if _explains(finding.rule, effect)]
        for effect in {finding.rule.id for finding in firing}
    }


def _explains(rule: Rule, effect: str) -> bool:
    return rule.id != effect and any(fnmatchcase(effect, glob) for glob in rule.suppresses)


def _related(one: Finding, other: Finding, lookup: Lookup) -> bool:
    """Whether both are about the same thing, or one is about a device on the other's path. A cause that concerns the
    whole machine reaches everything on it. What a result shows explains one about the whole machine where its rule
    names that by itself: the counts since boot beside what happened in the run."""
    if not one.rule.for_each:
        return True
    if one.rule.for_each == "result" and not other.rule.for_each:
        return other.rule.id in one.rule.suppresses
    return _on_path(one, other, lookup) or _on_path(other, one, lookup)


def _on_path(thing: Finding, of: Finding, lookup: Lookup) -> bool:
    return bool(thing.rule.for_each) and lookup.view(of.rule.for_each, of.subject).related().get(
        thing.rule.for_each
    ) == (thing.subject)


def _chain(start: int, cause: dict[int, int]) -> list[int]:
    """The finding, its cause, that one's cause, ... to the root."""
    chain = [start]
    while chain[-1] in cause:
        chain.append(cause[chain[-1]])
    return chain
