"""One rule on one subject: does it fire, is it clear, unknown, or not applicable, and why."""

from dataclasses import dataclass

from perfadvisor.analyse.rules.conditions import Lookup, Unknown, parse
from perfadvisor.model.fact import Absent, Fact
from perfadvisor.model.result import Trust
from perfadvisor.model.rule import Outcome, Rule

MEASUREMENT = "measurement"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """`missing` says what an unknown would need; `reason` why a rule is not applicable."""

    outcome: Outcome
    missing: tuple[Absent, ...] = ()
    reason: str = ""


CLEAR = Judgement(outcome=Outcome.CLEAR)
FIRES = Judgement(outcome=Outcome.FIRES)


def judge(rule: Rule, lookup: Lookup) -> Judgement:
    """The rule's answer. It is clear only where all that it requires is known to hold: a rule that does not know
    whether it applies has not passed. Within a condition one certain No decides an `and`, whatever else is missing."""
    unsound = _unsound(rule, lookup)
    if unsound:
        return _not_applicable(unsound)
    requires = [(text, parse(text)(lookup)) for text in rule.requires]
    refused = next((text for text, answer in requires if answer is False), None)
    if refused is not None:
        return _not_applicable(f"it needs: {refused}")
    when = parse(rule.when)(lookup)
    answers = (when, *(answer for _, answer in requires))
    missing = frozenset[Absent]().union(*(answer.missing for answer in answers if isinstance(answer, Unknown)))
    if missing:
        ordered = tuple(sorted(missing, key=lambda absent: (absent.name, absent.subject, absent.reason)))
        return Judgement(outcome=Outcome.UNKNOWN, missing=ordered)
    return FIRES if when is True else CLEAR


def _not_applicable(reason: str) -> Judgement:
    return Judgement(outcome=Outcome.NOT_APPLICABLE, reason=reason)


def _unsound(rule: Rule, lookup: Lookup) -> str:
    """Why nothing is concluded from the result; "" where something may be. Rules that judge the measurement itself are
    the exception: they say why it is INVALID."""
    if rule.for_each != "result" or rule.step == MEASUREMENT:
        return ""
    trust = lookup("result.trust")
    if isinstance(trust, Fact) and trust.value == Trust.NOT_MEASURED:
        return "its result was not measured, so nothing is concluded from it"
    invalid = isinstance(trust, Fact) and trust.value == Trust.INVALID
    return "its result is INVALID, so nothing is concluded from it" if invalid else ""
