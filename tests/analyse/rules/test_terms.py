"""A condition term by term: the text means the same, and each answer is that of the term alone."""

import pytest

from perfadvisor.analyse.rules.conditions import Unknown, from_values, parse
from perfadvisor.analyse.rules.terms import terms, written
from perfadvisor.packs.rules import load_rules

VALUES = {"a.x": 5, "a.y": 10, "a.s": "on", "a.b": True}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.x < a.y", [("a.x < a.y", True)]),
        ("a.x > 7 and a.z < 3", [("a.x > 7", False), ("a.z < 3", None)]),
        ("not (a.b) or a.s in ('on', 'off')", [("a.b", True), ("a.s in ('on', 'off',)", True)]),
        ("a.x * 2 == a.y", [("(a.x * 2) == a.y", True)]),
    ],
)
def test_terms(text: str, expected: list) -> None:
    found = list(terms(parse(text), from_values(VALUES)))
    assert [(term.text, term.answer) for term in found] == expected
    assert all(fact.name in text for term in found for fact in term.facts)


def test_what_is_written_parses_to_the_same_answer_for_every_rule() -> None:
    for rule in load_rules():
        for text in (rule.when, *rule.requires):
            again = written(parse(text).node)
            for case in rule.cases:
                lookup = from_values(case.facts)
                first, second = parse(text)(lookup), parse(again)(lookup)
                assert type(first) is type(second) and (isinstance(first, Unknown) or first == second), again
