"""What a run that stops itself covers and costs, beside a fixed number of repeats, over simulated noise.

Each run is repeated until the half width of its interval is at most 2 % of the median, at the planned looks, or the
last look is reached. An interval that misses the true median of the noise is an error. `naive` stops on 95 % intervals
at every repeat from the fifth on. `python -m benchmarks.stopping [RUNS [SEED]]`.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.random import Generator

from benchmarks.gate_noise import Floats, noise
from benchmarks.gate_score import percent
from perfadvisor.analyse.statistics.estimate import estimate
from perfadvisor.analyse.statistics.looks import LAST_LOOK, LOOKS, confidence, half_width
from perfadvisor.model.result import Estimate
from perfadvisor.model.units import Unit

WANTED = 0.02
HEAVY_SIGMA = 0.015
GOALS = {"quiet": 0.94, "typical": 0.94, "heavy": 0.94}
PROFILES = ("quiet", "typical", "heavy", "iid", "noisy", "bimodal")
LONG = 400_000  # values whose median is taken for the true one


@dataclass(frozen=True, slots=True)
class Outcome:
    """Over many runs: the share of intervals that hold the true median, their mean half width, the mean repeats, and
    the share that is as narrow as wanted."""

    coverage: float
    width: float
    repeats: float
    narrow: float


def logs(chance: Generator, profile: str, n: int) -> Floats:
    """Logs of `n` results: the gate's profiles, and `heavy`, Student's t with 3 degrees of freedom, 1.5 % wide."""
    return chance.standard_t(3, size=n) * HEAVY_SIGMA if profile == "heavy" else noise(chance, profile, n)


@cache
def true_median(profile: str) -> float:
    """Of the results, not of their logs."""
    return float(np.exp(np.median(logs(np.random.default_rng(99), profile, LONG))))


def fixed(repeats: int) -> Callable[[Sequence[float]], Estimate]:
    """The interval after so many repeats, whatever the noise."""
    return lambda values: _estimate(values[:repeats], 0.95)


def planned(values: Sequence[float]) -> Estimate:
    """As a run with --precision stops."""
    for looked, _ in LOOKS:
        found = _estimate(values[:looked], confidence(looked))
        if _width(found) <= WANTED:
            break
    return found


def naive(values: Sequence[float]) -> Estimate:
    """Stop as soon as today's interval is narrow."""
    for n in range(5, LAST_LOOK + 1):
        found = _estimate(values[:n], 0.95)
        if _width(found) <= WANTED:
            break
    return found


RULES = {"planned looks": planned, "naive": naive, "fixed 5": fixed(5), "fixed 10": fixed(10)}


def outcome(rule: Callable[[Sequence[float]], Estimate], profile: str, runs: int, seed: int) -> Outcome:
    """Of this rule over so many simulated runs."""
    chance, true = np.random.default_rng(seed), true_median(profile)
    found = [rule(np.exp(logs(chance, profile, LAST_LOOK)).tolist()) for _ in range(runs)]
    return Outcome(
        coverage=float(np.mean([(one.low or 0) <= true <= (one.high or 0) for one in found])),
        width=float(np.mean([_width(one) for one in found])),
        repeats=float(np.mean([one.n for one in found])),
        narrow=float(np.mean([_width(one) <= WANTED for one in found])),
    )


def _estimate(values: Sequence[float], level: float) -> Estimate:
    return estimate("rate", Unit.IOPS, "higher", values, level)


def _width(found: Estimate) -> float:
    return half_width(found.low, found.high, found.median) or float("inf")


def main() -> None:
    """The table; exit code 1 where a goal is missed."""
    runs, seed = (int(word) for word in (sys.argv[1:] + ["2000", "1"][len(sys.argv) - 1 :]))
    missed = False
    print(f"{'noise':8} {'rule':14} {'coverage':>9} {'half width':>11} {'repeats':>8} {'within 2 %':>11}")
    for profile in PROFILES:
        for name, rule in RULES.items():
            found = outcome(rule, profile, runs, seed)
            goal = GOALS.get(profile) if rule is planned else None
            mark = "" if goal is None else ("met" if found.coverage >= goal else "MISSED")
            missed |= mark == "MISSED"
            words = (percent(found.coverage), percent(found.width), f"{found.repeats:.1f}", percent(found.narrow))
            print(f"{profile:8} {name:14} {words[0]:>9} {words[1]:>11} {words[2]:>8} {words[3]:>11}  {mark}".rstrip())
    sys.exit(missed)


if __name__ == "__main__":
    main()
