"""One rule on one subject: does it fire, is it clear, unknown, or not applicable, and why."""

from dataclasses import dataclass
from functools import lru_cache

from perfadvisor.analyse.rules.conditions import Lookup, Unknown, from_values, parse
from perfadvisor.model.absence import INVALID_RESULT, NOT_MEASURED
from perfadvisor.model.fact import Absent, Fact
from perfadvisor.model.result import Trust
from perfadvisor.model.rule import Outcome, Rule
from perfadvisor.model.workload import EnvironmentKind

MEASUREMENT = "measurement"
TRUST = "result.trust"
KIND, HYPERVISOR, NOTHING_BELOW = "environment.kind", "environment.hypervisor", "none"
BARE, VIRTUAL = from_values({KIND: EnvironmentKind.BARE_METAL.value}), from_values({KIND: EnvironmentKind.VM.value})


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
    requires: list[bool | Unknown] = []
    for text in rule.requires:
        requires.append(_holds(text, lookup))
        if requires[-1] is False:
            return _not_applicable(text)
    unsound = _unsound(rule, lookup)
    if unsound is not None:
        return Judgement(outcome=Outcome.UNKNOWN, missing=(unsound,))
    when = parse(rule.when)(lookup)
    unknown = [answer for answer in (when, *requires) if isinstance(answer, Unknown)]
    if unknown:
        missing = frozenset[Absent]().union(*(answer.missing for answer in unknown))
        ordered = tuple(sorted(missing, key=lambda absent: (absent.name, absent.subject, absent.reason)))
        return Judgement(outcome=Outcome.UNKNOWN, missing=ordered)
    return FIRES if when is True else CLEAR


def fires(rule: Rule, lookup: Lookup) -> bool:
    """Whether the rule's answer is that it fires; why it does not is not worked out."""
    return (
        all(_holds(text, lookup) is True for text in rule.requires)
        and parse(rule.when)(lookup) is True
        and _unsound(rule, lookup) is None
    )


def _holds(text: str, lookup: Lookup) -> bool | Unknown:
    """Whether something required holds. A container runs on a machine: what any hardware has and a virtual machine has
    not, is not there for a container in a virtual machine either."""
    condition = parse(text)
    answer = condition(lookup)
    if answer is True and condition.names == (KIND,) and condition(BARE) is True and _is_in_a_virtual_machine(lookup):
        return condition(VIRTUAL)
    return answer


def _is_in_a_virtual_machine(lookup: Lookup) -> bool:
    kind, below = lookup(KIND), lookup(HYPERVISOR)
    if not isinstance(kind, Fact) or kind.value != EnvironmentKind.CONTAINER.value:
        return False
    return isinstance(below, Fact) and below.value != NOTHING_BELOW


@lru_cache(maxsize=4096)
def _not_applicable(required: str) -> Judgement:
    return Judgement(outcome=Outcome.NOT_APPLICABLE, reason=f"it needs: {required}")


def _unsound(rule: Rule, lookup: Lookup) -> Absent | None:
    """Why nothing is concluded from the result; None where something may be. Rules that judge the measurement itself
    are the exception: they say why it is INVALID."""
    if rule.for_each != "result" or rule.step == MEASUREMENT:
        return None
    trust = lookup(TRUST)
    reasons = {Trust.INVALID: INVALID_RESULT, Trust.NOT_MEASURED: NOT_MEASURED}
    why = reasons.get(Trust(str(trust.value))) if isinstance(trust, Fact) else None
    return Absent(name=TRUST, subject=trust.subject, reason=why) if why else None
