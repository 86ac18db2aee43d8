"""The law that every rule keeps: knowing less never turns one answer into another.

Taking facts away may turn *fires* or *clear* into *unknown* or *not applicable*; never one into the other, and neither
*unknown* nor *not applicable* into either. A rule that breaks it has taken something missing for a value.
"""

from collections.abc import Iterator, Mapping
from itertools import chain, combinations

from perfadvisor.analyse.rules.answer import judge
from perfadvisor.analyse.rules.conditions import Condition, Lookup, evaluated, from_values, parse
from perfadvisor.analyse.rules.expression import Logic, Node, names
from perfadvisor.model.fact import FactSpec, Nature, Scalar
from perfadvisor.model.rule import Case, Outcome, Rule

TRUST = "result.trust"  # every result has one, so no machine lacks it
HOST = "host."
ANSWERS = (Outcome.FIRES, Outcome.CLEAR)


def keeps(knowing: Outcome, knowing_less: Outcome) -> bool:
    """Whether a rule may give the second answer once some of the facts behind the first are taken away."""
    return knowing is knowing_less or knowing_less not in ANSWERS


def violations(rule: Rule) -> Iterator[str]:
    """Every one and two facts taken away from every case of the rule, and what is wrong then, in words."""
    for case in rule.cases:
        facts = _facts(case)
        before = judge(rule, from_values(facts)).outcome
        for taken in _some(facts):
            left = {name: value for name, value in facts.items() if name not in taken}
            after = judge(rule, from_values(left)).outcome
            if not keeps(before, after):
                yield f"case {case.name!r} turns from {before} to {after} without {' and '.join(taken)}"


def guards(rule: Rule, catalogue: Mapping[str, FactSpec], mended: frozenset[str]) -> Iterator[Node]:
    """The parts of `when` that say whether the rule applies, and so belong in `requires`: inside `when` they would make
    it pass where it has nothing to say. Such a part is neither measured nor named in `mended`, the facts that prove the
    fix, and still holds in every case after the fix."""
    fixed = [from_values(_facts(case)) for case in rule.cases if case.after_fix]
    parts = _conjuncts(parse(rule.when))
    for part in parts if len(parts) > 1 else ():
        named = {name.name for name in names(part)}
        measured = any(_is_measured(catalogue.get(name.removeprefix(HOST))) for name in named)
        if not measured and not named & mended and all(_holds(part, lookup) for lookup in fixed):
            yield part


def _facts(case: Case) -> dict[str, Scalar]:
    return {**case.facts, **{HOST + name: value for name, value in (case.host or {}).items()}}


def _some(facts: Mapping[str, Scalar]) -> Iterator[tuple[str, ...]]:
    known = [name for name in facts if name != TRUST]
    return chain(combinations(known, 1), combinations(known, 2))


def _conjuncts(condition: Condition) -> tuple[Node, ...]:
    node = condition.node
    return node.operands if isinstance(node, Logic) and node.operator == "and" else (node,)


def _is_measured(spec: FactSpec | None) -> bool:
    return spec is None or spec.nature is Nature.MEASURED


def _holds(part: Node, lookup: Lookup) -> bool:
    return evaluated(part, lookup) is True
