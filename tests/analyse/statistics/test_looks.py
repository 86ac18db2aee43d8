"""The planned looks: what they spend together, and what a run that stops at one of them still needs."""

import pytest

from perfadvisor.analyse.statistics.estimate import order_interval
from perfadvisor.analyse.statistics.looks import (
    FIRST_LOOK,
    LOOKS,
    confidence,
    half_width,
    next_look,
    runs_needed,
)


def test_all_looks_together_miss_in_less_than_five_percent() -> None:
    missed = [1 - order_interval(runs, confidence(runs))[2] for runs, _ in LOOKS]
    assert all(one <= level for one, (_, level) in zip(missed, LOOKS, strict=True))
    assert 0.04 < sum(missed) < 0.05


def test_the_first_look_has_an_interval_that_leaves_something_for_the_others() -> None:
    assert FIRST_LOOK == 8
    assert order_interval(8, confidence(8)) == (0, 7, pytest.approx(1 - 2 / 256))


def test_between_looks_the_level_is_that_of_the_last_one() -> None:
    assert confidence(7) == 0.95
    assert confidence(10) == confidence(8) > confidence(7)
    assert confidence(1000) == confidence(40)


def test_next_look() -> None:
    assert [next_look(runs) for runs in (0, 7, 8, 39, 40)] == [8, 8, 12, 40, None]


def test_runs_needed_grow_with_the_square() -> None:
    assert runs_needed(8, 0.04, 0.02) == 24
    assert runs_needed(8, 0.0201, 0.02) == 1
    assert half_width(9.0, 11.0, 10.0) == pytest.approx(0.1)
    assert half_width(None, None, 10.0) is None and half_width(-1.0, 1.0, 0.0) is None
