"""Do the cases of a rule notice when it is wrong? Every condition is damaged in every small way; a case must fail.

The damage: the condition negated, each number halved and doubled (small whole numbers moved by one), each comparison
turned round or its boundary moved, each operand of `and` and `or` left out, each `not` dropped, each choice of an `in`
left out.
"""

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from fnmatch import fnmatchcase

import pytest

from perfadvisor.analyse.results.catalogue import MEASURED_NAMES
from perfadvisor.analyse.rules.cases import failures
from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.model.rule import Rule
from perfadvisor.packs.rules import check_rules
from perfadvisor.packs.workloads import load_workloads

RULES = check_rules()
TURNED = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


def numbers_near(value: int | float) -> tuple[int | float, ...]:
    if type(value) is int and abs(value) < 8:
        return (value - 1, value + 1)
    return (type(value)(value * 0.5), value * 2)


def damaged(node: ast.AST) -> Iterator[ast.AST]:
    """Every way to damage just this node."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield from (ast.Constant(value) for value in numbers_near(node.value))
    if isinstance(node, ast.Compare):
        for turned in TURNED[type(node.ops[0])]:
            yield ast.Compare(node.left, [turned()], node.comparators)
    if isinstance(node, ast.BoolOp):
        for left_out in range(len(node.values)):
            kept = [value for place, value in enumerate(node.values) if place != left_out]
            yield kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept)
    if isinstance(node, ast.UnaryOp):
        yield node.operand
    if isinstance(node, ast.Tuple) and len(node.elts) > 1:
        for left_out in range(len(node.elts)):
            yield ast.Tuple([element for place, element in enumerate(node.elts) if place != left_out], node.ctx)


def mutants(text: str) -> Iterator[str]:
    """The condition with one thing wrong, each way once."""
    yield f"not ({text})"
    whole = ast.parse(text, mode="eval")
    for number, _ in enumerate(ast.walk(whole)):
        place = list(ast.walk(whole))[number]
        for wrong in damaged(place):
            yield ast.unparse(_with(whole, number, wrong))


def _with(whole: ast.Expression, number: int, wrong: ast.AST) -> ast.AST:
    copy = deepcopy(whole)
    place = list(ast.walk(copy))[number]

    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return wrong if node is place else super().visit(node)

    return Swap().visit(copy)


def wrong_rules(rule: Rule) -> Iterator[tuple[str, Rule]]:
    for text in dict.fromkeys(mutants(rule.when)):
        yield f"when: {text}", replace(rule, when=text)
    for number, requirement in enumerate(rule.requires):
        for text in dict.fromkeys(mutants(requirement)):
            requires = (*rule.requires[:number], text, *rule.requires[number + 1 :])
            yield f"requires: {text}", replace(rule, requires=requires)
        requires = (*rule.requires[:number], *rule.requires[number + 1 :])
        yield f"without requires: {requirement}", replace(rule, requires=requires)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_cases_hold(rule: Rule):
    assert failures(rule) == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_cases_notice_a_wrong_condition(rule: Rule):
    unnoticed = [damage for damage, wrong in wrong_rules(rule) if not failures(wrong)]
    assert unnoticed == []


def test_mutants_are_what_they_should_be():
    found = set(mutants('a > 10 and (not b or c in ("x", "y"))'))
    assert {
        """not (a > 10 and (not b or c in ("x", "y")))""",
        "a >= 10 and (not b or c in ('x', 'y'))",
        "a <= 10 and (not b or c in ('x', 'y'))",
        "a > 5 and (not b or c in ('x', 'y'))",
        "a > 20 and (not b or c in ('x', 'y'))",
        "not b or c in ('x', 'y')",
        "a > 10",
        "a > 10 and (b or c in ('x', 'y'))",
        "a > 10 and (not b)",
        "a > 10 and c in ('x', 'y')",
        "a > 10 and (not b or c not in ('x', 'y'))",
        "a > 10 and (not b or c in ('x',))",
        "a > 10 and (not b or c in ('y',))",
    } == found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_named_workloads_exist(rule: Rule):
    known = load_workloads(())
    for glob in (*rule.workloads, *rule.verify.rerun):
        assert any(fnmatchcase(workload, glob) for workload in known), glob


def test_at_least_a_dozen_join_a_measurement_with_a_setting_on_its_path():
    joined = [rule.id for rule in RULES if _names(rule) & MEASURED_NAMES and _settings(rule)]
    assert len(joined) >= 12, joined


def _names(rule: Rule) -> set[str]:
    return {name for text in (rule.when, *rule.requires) for name in parse(text).names}


def _settings(rule: Rule) -> bool:
    """Whether it asks for more than the result itself: a device on the path, or the machine it ran on."""
    return rule.for_each == "result" and any(not name.startswith("result.") for name in _names(rule))
