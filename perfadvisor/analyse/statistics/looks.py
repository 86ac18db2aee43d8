"""Planned looks at the interval of a median, so that a run may stop when it is narrow enough.

A run that stops as soon as its 95 % interval looks narrow stops too often when chance made it narrow. Here the 5 % are
spent over the planned looks: the exact levels of the order statistics at the looks together miss in less than 5 % of
all runs, whichever look ends them (Bonferroni). The first look needs 8 runs: the whole range of fewer misses too often
to leave anything for later looks. `benchmarks/stopping.py` measures what this covers with noise that remembers.
"""

from math import ceil

LOOKS: tuple[tuple[int, float], ...] = ((8, 0.008), (12, 0.007), (18, 0.0077), (27, 0.0061), (40, 0.0168))
FIRST_LOOK, LAST_LOOK = LOOKS[0][0], LOOKS[-1][0]
FIXED = 0.05


def confidence(runs: int) -> float:
    """Of the interval at this many runs: that of the last look; below the first one nothing was looked at yet."""
    return 1 - next((level for looked, level in reversed(LOOKS) if looked <= runs), FIXED)


def next_look(runs: int) -> int | None:
    """How many runs the next look needs, None after the last one."""
    return next((looked for looked, _ in LOOKS if looked > runs), None)


def half_width(low: float | None, high: float | None, middle: float) -> float | None:
    """Half of the interval as a share of the median, None where there is no interval or no share."""
    return None if low is None or high is None or not middle else (high - low) / 2 / abs(middle)


def runs_needed(runs: int, width: float, wanted: float) -> int:
    """About how many runs more make an interval of this half width as narrow as wanted: it shrinks with the square root
    of their number."""
    return max(1, ceil(runs * (width / wanted) ** 2) - runs)
