"""Knees and answers to latency targets over simulated devices whose true ones are known.

`servers`: a closed system of c servers with exponential service and a fixed delay, solved exactly; `capped`: a rate
limit in front of a device without queueing; `collecting`: servers that lose throughput beyond the knee, and every tenth
trial 30 % of it. Each trial has the gate's typical noise. The true knee is where the asymptotic bounds meet.
`python -m benchmarks.sweep [SEEDS]`.
"""

import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from math import exp, lgamma, log
from statistics import median

import numpy as np
from numpy.random import Generator

from benchmarks.gate_noise import noise
from benchmarks.gate_score import percent
from perfadvisor.analyse.curves.knee import LoadPoint, knee
from perfadvisor.analyse.curves.search import step

LADDER = tuple(2**power for power in range(9))
REPEATS, SEEDS = 3, 200
TAIL = 3.0  # p99 of a trial over its mean latency
STALLED, LOST = 0.1, 0.3
Throughput = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Device:
    """Operations per second at a depth, without noise; its knee; and the share of its trials that stall."""

    throughput: Throughput
    knee: float
    stalled: float = 0.0

    def latency(self, depth: int) -> float:
        """Seconds at p99."""
        return TAIL * depth / self.throughput(depth)

    def trial(self, chance: Generator, depth: int) -> float:
        """Operations per second of one trial."""
        lost = LOST if chance.random() < self.stalled else 0.0
        return self.throughput(depth) * (1 - lost) * exp(float(noise(chance, "typical", 1)[0]))


def servers(count: int, service_s: float, delay_s: float, depth: int) -> float:
    """Throughput of a closed system: `depth` requests, each a delay and then one of `count` servers (the machine
    repair model: Lazowska et al., 1984, chapter 8)."""
    weights = [
        lgamma(depth + 1) - lgamma(depth - busy + 1) - _queue(count, busy) + busy * log(service_s / delay_s)
        for busy in range(depth + 1)
    ]
    most = max(weights)
    shares = [exp(weight - most) for weight in weights]
    return sum(share * min(busy, count) for busy, share in enumerate(shares)) / sum(shares) / service_s


def _queue(count: int, busy: int) -> float:
    """The log of the product of min(j, count) for j up to `busy`."""
    return lgamma(min(busy, count) + 1) + max(0, busy - count) * log(count)


def devices(chance: Generator) -> Iterator[tuple[str, Device]]:
    """One of each kind, with a knee between 2 and 64."""
    count, service_s = int(chance.integers(2, 33)), 1e-4
    plain = cache(partial(servers, count, service_s, 0.2 * service_s))
    bend = count * 1.2
    yield "servers", Device(plain, bend)
    cap = float(2 ** chance.uniform(1, 6))
    yield "capped", Device(lambda depth: min(depth, cap) / service_s, cap)
    yield "collecting", Device(lambda depth: plain(depth) / (1 + 0.02 * max(0.0, depth / bend - 1)), bend, STALLED)


def steps_off(device: Device, chance: Generator) -> float:
    """How many steps of the ladder the knee that is found lies from the true one; infinite where none is found."""
    measured = {depth: median(device.trial(chance, depth) for _ in range(REPEATS)) for depth in LADDER}
    points = [LoadPoint(value=depth, throughput=rate) for depth, rate in measured.items()]
    found = knee(points).at
    return float("inf") if found is None else abs(log(found / device.knee, 2))


def answer(device: Device, chance: Generator, target: float) -> tuple[int, int]:
    """The depth that a search answers, and the trials it took."""

    def trial(depth: int) -> float:
        return TAIL * depth / device.trial(chance, depth)

    measured = {depth: [trial(depth)] for depth in LADDER}
    while not (wanted := step(measured, target)).is_answer:
        measured.setdefault(wanted.value, []).extend(trial(wanted.value) for _ in range(wanted.runs))
    return wanted.value, sum(map(len, measured.values()))


def main() -> None:
    """The table; exit code 1 where a goal is missed."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    missed = False
    print(f"{'device':11} {'knee within a step':>18} {'target exceeded':>16} {'of the best depth':>18} {'trials':>7}")
    for kind in ("servers", "capped", "collecting"):
        knees, slow, share, trials = figures(kind, seeds)
        met = knees >= 0.95 and slow <= 0.05
        missed |= not met
        words = (percent(knees), percent(slow), percent(share), f"{trials:.1f}")
        print(f"{kind:11} {words[0]:>18} {words[1]:>16} {words[2]:>18} {words[3]:>7}  {'met' if met else 'MISSED'}")
    sys.exit(missed)


def figures(kind: str, seeds: int) -> tuple[float, float, float, float]:
    """Share of knees within one step, share of answers that exceed the target, mean depth of the answers over the
    largest that meets it, and mean trials of a search."""
    near, slow, shares, trials = 0, 0, [], []
    for seed in range(seeds):
        chance = np.random.default_rng(seed)
        device = dict(devices(chance))[kind]
        near += steps_off(device, chance) <= 1.0
        target = device.latency(1) * 1.3 * float(chance.uniform(1, 20))
        best = bisect_right(range(1, LADDER[-1] + 1), target, key=device.latency)
        found, took = answer(device, chance, target)
        slow += bool(found) and device.latency(found) > target
        shares.append(found / best)
        trials.append(took)
    return near / seeds, slow / seeds, float(np.mean(shares)), float(np.mean(trials))


if __name__ == "__main__":
    main()
