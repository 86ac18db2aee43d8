"""How often noise alone looks like a dip, and how often a real one is found: simulated seconds of trials.

`python -m benchmarks.dip_noise [TRIALS [SEED]]`. The noise is independent, drifts (each second keeps 0.4 of the one
before), or has heavy tails (Student's t with 3 degrees of freedom); all of it multiplies the rate. A planted dip takes
half of the rate for two seconds, and begins and ends within readings.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from numpy.random import Generator

from perfadvisor.analyse.results.dips import FALSE_SHARE, timeline
from perfadvisor.model.timeline import Dip, TrialSecond
from perfadvisor.model.units import Unit

TRIALS = 2000
SECONDS = (7, 15, 60)
KINDS = ("independent", "drifting", "heavy")
SCATTERS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
KEPT, DEGREES = 0.4, 3
LOST, LASTS_S = 0.5, 2.0


def rates(chance: Generator, kind: str, scatter: float, seconds: int) -> list[float]:
    """The rate of each second, about 1."""
    drawn = chance.standard_t(DEGREES, seconds) / DEGREES**0.5 if kind == "heavy" else chance.normal(size=seconds)
    if kind == "drifting":
        for at in range(1, seconds):
            drawn[at] = KEPT * drawn[at - 1] + (1 - KEPT**2) ** 0.5 * drawn[at]
    return [float(rate) for rate in np.exp(scatter * drawn)]


def dipped(chance: Generator, plain: Sequence[float]) -> list[float]:
    """With a dip that lies whole within the trial."""
    begin = float(chance.uniform(0, len(plain) - LASTS_S))
    held = [max(0.0, min(at + 1, begin + LASTS_S) - max(at, begin)) for at in range(len(plain))]
    return [rate * (1 - LOST * share) for rate, share in zip(plain, held, strict=True)]


def found(seconds: Sequence[float]) -> tuple[Dip, ...]:
    """The dips of a trial with these rates."""
    steps = [TrialSecond(start_s=at, end_s=at + 1, rate=rate, seen={}) for at, rate in enumerate(seconds)]
    line = timeline(steps, Unit.BYTES_PER_SECOND)
    return line.dips if line else ()


def shares(trials: int, seed: int) -> Iterator[tuple[str, float, int, float, float]]:
    """Of each kind of noise: the shares of trials in which it alone, and in which a planted dip, was called a dip."""
    for kind, scatter, seconds in product(KINDS, SCATTERS, SECONDS):
        chance = np.random.default_rng([seed, KINDS.index(kind), round(1000 * scatter), seconds])
        plain = [rates(chance, kind, scatter, seconds) for _ in range(trials)]
        yield (
            kind,
            scatter,
            seconds,
            sum(bool(found(one)) for one in plain) / trials,
            sum(bool(found(dipped(chance, one))) for one in plain) / trials,
        )


def main(trials: int = TRIALS, seed: int = 1) -> None:
    """A line for each kind of noise, its scatter and the length of the trials."""
    print(f"{trials} trials each; at most {FALSE_SHARE:.0%} may have a false dip")
    for kind, scatter, seconds, false, true in shares(trials, seed):
        print(f"{kind:<12} scatter {scatter:4.0%}  {seconds:3} s   false {false:6.2%}   found {true:6.1%}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
