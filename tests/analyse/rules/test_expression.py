"""Bounds of a condition's text, and the column that a mistake is told at."""

import pytest

from perfadvisor.analyse.rules import expression
from perfadvisor.analyse.rules.expression import ConditionError, names, parse_expression


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("a.b is 1", 1, "`is` cannot stand"),
        ("  a.b is 1", 3, "`is` cannot stand"),
        ("a.b == 1 and a.b is not 1", 14, "`is` cannot stand"),
        ("a.b in 1", 8, "a list of values in parentheses"),
        ("a.b in (1, c.d)", 8, "plain values only"),
        ("a.b == " + "9" * 19, 8, "larger than 10"),
        ("a.b == -" + "9" * 19, 8, "larger than 10"),
        ("a.b == 1j", 8, "cannot stand in a condition"),
        ("f(a.b)", 1, "cannot stand in a condition"),
        ("a[0].b == 1", 1, "named by words joined with dots"),
        ("a.b ==", 7, "not a condition"),
        ("  a.b ==", 9, "not a condition"),
        ("  a.b in 1", 10, "a list of values in parentheses"),
        ("a" * 2001, 1, "2001 characters; at most 2000"),
    ],
)
def test_a_mistake_has_its_column(text, column, words) -> None:
    with pytest.raises(ConditionError, match=words) as caught:
        parse_expression(text)
    assert caught.value.column == column


def nested(levels: int) -> str:
    return "not " * levels + "a.b"


@pytest.mark.parametrize(
    ("fits", "exceeds"),
    [
        ("a.b == " + "1".rjust(expression.MAX_TEXT - 7), "a.b == " + "1".rjust(expression.MAX_TEXT - 6)),
        (nested(expression.MAX_DEPTH), nested(expression.MAX_DEPTH + 1)),
        (f"a.b == {10**18}", f"a.b == {10**18 + 1}"),
        (f"a.b == '{'x' * expression.MAX_STRING}'", f"a.b == '{'x' * (expression.MAX_STRING + 1)}'"),
    ],
)
def test_a_bound_holds_and_not_before(fits, exceeds) -> None:
    assert [name.name for name in names(parse_expression(fits))] == ["a.b"]
    with pytest.raises(ConditionError):
        parse_expression(exceeds)


@pytest.mark.parametrize("text", ["-" * 1990 + "1", "a.b == 1\0"])
def test_what_python_cannot_parse_is_a_mistake_of_the_condition(text: str) -> None:
    with pytest.raises(ConditionError):
        parse_expression(text)


def test_lines_count_as_blanks() -> None:
    assert parse_expression("a.b == 1\r\n and c.d == 2") == parse_expression("a.b == 1   and c.d == 2")


def test_names_stand_in_reading_order_as_often_as_in_the_text() -> None:
    found = names(parse_expression("a.b + c.d > 1 and not a.b in (1, 2) or e.f"))
    assert [name.name for name in found] == ["a.b", "c.d", "a.b", "e.f"]
