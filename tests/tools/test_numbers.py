"""Numbers out of JSON that nobody vouches for."""

import pytest

from perfadvisor.tools import numbers


@pytest.mark.parametrize(
    ("value", "as_number", "as_integer"),
    [
        (3, 3.0, 3),
        (3.0, 3.0, 3),
        (3.5, 3.5, None),
        ("7", 7.0, 7),
        ("x", None, None),
        (True, None, None),
        (None, None, None),
        ([], None, None),
        (10**400, None, None),
        (1e300, None, None),
        (float("inf"), None, None),
        ("nan", None, None),
        (-1, -1.0, -1),
    ],
)
def test_numbers(value, as_number, as_integer):
    assert numbers.number({"a": value}, "a") == as_number
    assert numbers.integer({"a": value}, "a") == as_integer


def test_ways_that_end_early_are_nothing():
    assert numbers.at({"a": [1]}, "a", 0) == 1
    assert numbers.at({"a": [1]}, "a", 1) is None
    assert numbers.at({"a": 1}, "a", "b") is None
    assert numbers.text({"a": 1}, "a") is None
    assert list(numbers.objects({"a": [1, {}, "x"]}, "a")) == [{}]
    assert list(numbers.objects({"a": {}}, "a")) == []
