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
    """The rule's answer. As in `and`, one certain No decides it, whatever else is missing."""
    if _rests_on_invalid(rule, lookup):
        return _not_applicable("its result is INVALID, so nothing is concluded from it")
    requires = [(text, parse(text)(lookup)) for text in rule.requires]
    refused = next((text for text, answer in requires if answer is False), None)
    if refused is not None:
        return _not_applicable(f"it needs: {refused}")
    when = parse(rule.when)(lookup)
    if when is False:
        return CLEAR
    answers = (when, *(answer for _, answer in requires))
    missing = frozenset[Absent]().union(*(answer.missing for answer in answers if isinstance(answer, Unknown)))
    if missing:
        ordered = tuple(sorted(missing, key=lambda absent: (absent.name, absent.subject, absent.reason)))
        return Judgement(outcome=Outcome.UNKNOWN, missing=ordered)
    return FIRES


def _not_applicable(reason: str) -> Judgement:
    return Judgement(outcome=Outcome.NOT_APPLICABLE, reason=reason)


def _rests_on_invalid(rule: Rule, lookup: Lookup) -> bool:
    """Rules that judge the measurement itself are the exception: they say why it is INVALID."""
    if rule.for_each != "result" or rule.step == MEASUREMENT:
        return False
    trust = lookup("result.trust")
    return isinstance(trust, Fact) and trust.value == Trust.INVALID
