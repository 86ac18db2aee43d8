"""What the memory benchmark concludes from an interval."""

import pytest

from benchmarks.memory import GOAL, verdict


@pytest.mark.parametrize(
    ("low", "high", "word", "code"),
    [
        (0.60, 2.49, "undecided", 3),
        (GOAL, 1.1, "met", 0),
        (0.5, GOAL - 0.001, "MISSED", 1),
        (GOAL - 0.001, 1.0, "undecided", 3),
    ],
)
def test_an_interval_on_both_sides_decides_nothing(low: float, high: float, word: str, code: int) -> None:
    said, exit_code = verdict(low, high)
    assert (said.split(":")[0], exit_code) == (word, code)
