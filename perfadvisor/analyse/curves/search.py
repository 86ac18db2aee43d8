"""The largest load whose latency still meets a target, found by searching instead of by a grid.

A coarse ladder comes first. Between its last value that meets the target and the first that does not, the middle (as a
ratio) is measured until the two are neighbours. Then the smaller one is confirmed: every one of five runs must meet the
target. One that is slightly too slow passes five runs by chance in at most 1 of 32 cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isqrt
from statistics import median

CONFIRMED = 5  # runs that must all meet the target
DOUBTED = 3  # runs after which a value is taken to miss it: one slow run may be chance
NEIGHBOURS = 1.15  # judgement: values within 15 % of each other need nothing measured between them

Measured = Mapping[int, Sequence[float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What to measure next: a value, and how many more runs of it; or the answer, 0 where no value meets the target."""

    value: int
    runs: int = 0

    @property
    def is_answer(self) -> bool:
        """Whether the search is over."""
        return self.runs == 0


def step(measured: Measured, target: float) -> Step:
    """The next step, from the latencies of every run by value; at least one value must have been measured."""
    values = sorted(value for value, runs in measured.items() if runs)
    slow = next((value for value in values if not meets(measured[value], target)), None)
    good = [value for value in values if slow is None or value < slow]
    middle = between(good[-1], slow) if good and slow is not None else None
    if middle is not None:
        return Step(value=middle, runs=1)
    if slow is not None and len(measured[slow]) < DOUBTED:
        return Step(value=slow, runs=DOUBTED - len(measured[slow]))
    if not good:
        return Step(value=0)
    return Step(value=good[-1], runs=max(0, CONFIRMED - len(measured[good[-1]])))


def meets(runs: Sequence[float], target: float) -> bool:
    """Whether these runs meet the target: their median as long as they are few, then every one."""
    return (max(runs) if len(runs) >= CONFIRMED else median(runs)) <= target


def between(low: int, high: int) -> int | None:
    """The value in the middle as a ratio, None for neighbours."""
    middle = max(isqrt(low * high), low + 1)
    return middle if high > NEIGHBOURS * low and middle < high else None
