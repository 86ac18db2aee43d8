"""The search ends at the largest value that five runs confirm, and one slow run does not mislead it."""

import pytest

from perfadvisor.analyse.curves.search import Step, between, step

LADDER = (1, 2, 4, 8, 16, 32, 64)


def searched(latency, target: float) -> tuple[int, dict[int, list[float]]]:
    measured = {value: [latency(value)] for value in LADDER}
    for _ in range(100):
        wanted = step(measured, target)
        if wanted.is_answer:
            return wanted.value, measured
        measured.setdefault(wanted.value, []).extend(latency(wanted.value) for _ in range(wanted.runs))
    pytest.fail("the search does not end")


@pytest.mark.parametrize("most", [1, 2, 3, 5, 7, 24, 40, 64])
def test_the_largest_value_that_meets_the_target_within_a_neighbour(most: int) -> None:
    found, measured = searched(float, most + 0.5)
    assert found <= most < 1.15 * found + 1
    assert len(measured[found]) == 5


def test_no_value_meets_it() -> None:
    assert searched(lambda value: 100.0 * value, 50.0)[0] == 0


def test_one_slow_run_is_measured_again() -> None:
    assert step({1: [99.0], 2: [2.0]}, 10.0) == Step(value=1, runs=2)
    assert step({1: [99.0, 1.0, 1.0], 2: [2.0]}, 10.0) == Step(value=2, runs=4)


def test_one_of_five_runs_above_the_target_is_enough_to_refuse() -> None:
    five = [9.0, 9.0, 9.0, 9.0, 10.1]
    assert step({4: [5.0], 8: five}, 10.0) == Step(value=5, runs=1)


def test_failed_runs_meet_no_target() -> None:
    assert step({1: [float("inf")] * 3, 2: [float("inf")]}, 10.0) == Step(value=0)


@pytest.mark.parametrize(("low", "high", "middle"), [(1, 2, None), (1, 3, 2), (8, 16, 11), (20, 22, None), (4, 8, 5)])
def test_between(low: int, high: int, middle: int | None) -> None:
    assert between(low, high) == middle
