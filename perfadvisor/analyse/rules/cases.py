"""Run the cases a rule carries: its own tests of when it must and must not fire, and of its fix."""

from collections.abc import Iterator

from perfadvisor.analyse.rules.answer import judge
from perfadvisor.analyse.rules.conditions import Lookup, from_values, parse
from perfadvisor.analyse.rules.lookup import HOST
from perfadvisor.model.rule import Case, Outcome, Rule


def failures(rule: Rule) -> tuple[str, ...]:
    """What the cases find wrong with their rule, in words; empty where all hold."""
    return tuple(problem for case in rule.cases for problem in _failures(rule, case))


def lookup_of(case: Case) -> Lookup:
    """The case's facts; those of the host under their names with `host.` in front."""
    host = {HOST + name: value for name, value in (case.host or {}).items()}
    return from_values({**case.facts, **host}, source=f"case {case.name}")


def _failures(rule: Rule, case: Case) -> Iterator[str]:
    lookup = lookup_of(case)
    judged = judge(rule, lookup)
    if judged.outcome is not case.expect:
        missing = ", ".join(dict.fromkeys(absent.name for absent in judged.missing))
        detail = f" (missing: {missing})" if missing else f" ({judged.reason})" if judged.reason else ""
        yield f"case {case.name!r} is {judged.outcome}{detail}, expected {case.expect}"
    if not rule.verify.holds:
        return
    holds = parse(rule.verify.holds)(lookup)
    if case.after_fix and holds is not True:
        yield f"case {case.name!r}: after the fix, `{rule.verify.holds}` does not hold"
    if case.expect is Outcome.FIRES and holds is True:
        yield f"case {case.name!r}: `{rule.verify.holds}` holds already before the fix"
