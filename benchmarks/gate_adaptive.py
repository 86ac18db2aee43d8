"""G3: interleaved pairs with planned looks."""

from collections import Counter

import numpy as np
from numpy.random import Generator

from benchmarks.gate_noise import PROFILES, drift, noise
from benchmarks.gate_score import Table, percent
from perfadvisor.analyse.gate.compare import judge
from perfadvisor.analyse.statistics.effect import log_margin, quantile
from perfadvisor.analyse.statistics.paired import paired_effect
from perfadvisor.analyse.statistics.sequential import LOOKS, USUAL_PAIRS
from perfadvisor.model.gate import Verdict

MARGIN = 0.03


def one(chance: Generator, profile: str, step: float) -> tuple[Verdict, int]:
    """The verdict and the pairs it took; the machine drifts, sides alternate ABBA, B is slower by `step`."""
    logs = noise(chance, profile, 2 * USUAL_PAIRS) + drift(chance, profile, 2 * USUAL_PAIRS)
    pairs = logs.reshape(USUAL_PAIRS, 2).copy()
    pairs[1::2] = pairs[1::2, ::-1]
    a, b = pairs[:, 0], pairs[:, 1] - log_margin(step)
    verdict, looked = Verdict.UNDECIDED, 0
    for looked, alpha in LOOKS:
        verdict = judge(paired_effect(a[:looked], b[:looked]), MARGIN, alpha)
        if verdict is not Verdict.UNDECIDED:
            break
    return verdict, looked


def adaptive(table: Table, chance: Generator, repeats: int) -> None:
    """False alarms, mean pairs and power by profile."""
    for profile in PROFILES:
        for step in (0.0, 0.05, 0.10):
            outcomes = [one(chance, profile, step) for _ in range(repeats)]
            counts = Counter(verdict for verdict, _ in outcomes)
            pairs = float(np.mean([looked for _, looked in outcomes]))
            red, open_ = counts[Verdict.REGRESSION] / repeats, counts[Verdict.UNDECIDED] / repeats
            figure = f"{percent(red)} red, {pairs:.1f} pairs"
            what = f"{profile}, step {step:.0%}: {percent(open_)} undecided"
            table.add("G3", what, figure, *_goal(profile, step, red, pairs))
    table.add("G3", "equal sides at margin 0, all looks: claims a difference", percent(_at_margin_0(chance)), "<= 5 %")


def _goal(profile: str, step: float, red: float, pairs: float) -> tuple[str, bool | None]:
    if step == 0.0 and profile == "quiet":
        return "<= 1 % red, <= 10 pairs", red <= 0.01 and pairs <= 10
    if step == 0.0:
        return "<= 1 % red", red <= 0.01
    if step == 0.10 and profile == "typical":
        return ">= 99 % red in <= 10 pairs", red >= 0.99 and pairs <= 10
    return "", None


def _at_margin_0(chance: Generator, repeats: int = 50_000) -> float:
    """Plain t tests of normal differences at every look."""
    differences = chance.normal(size=(repeats, USUAL_PAIRS))
    hit = np.zeros(repeats, dtype=bool)
    for n, alpha in LOOKS:
        seen = differences[:, :n]
        hit |= np.abs(np.sqrt(n) * seen.mean(1) / seen.std(1, ddof=1)) > quantile(n - 1, alpha)
    return float(hit.mean())
