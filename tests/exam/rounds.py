"""Planted against mended in turns until the gate's own statistics decide: what the loss was, and what came back."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median

from perfadvisor.gating.interleave import interleaved
from perfadvisor.gating.policy import Policy
from perfadvisor.model.gate import Runs, Side, Verdict
from perfadvisor.model.result import Sample

PAIRS = 8
NAMES = ("planted", "mended")
Measure = Callable[[], Sample]


@dataclass(frozen=True, kw_only=True)
class Won:
    """Medians of the primary metric, the gate's verdict on the fix, and the share of the loss won back: of the medians,
    with the lowest and highest of the pairs, which hold the true median of 5 pairs 15 times in 16."""

    healthy: float
    planted: float
    mended: float
    pairs: int
    verdict: Verdict
    share: float
    low: float
    high: float


def cost(healthy: list[float], planted: list[float]) -> float:
    """Planted over healthy, of the medians: below 1 is a loss where more is better."""
    return median(planted) / median(healthy)


def won(measure: Measure, fix: Callable[[], AbstractContextManager[None]], healthy: list[float]) -> Won:
    """Measure pairs until the gate decides, at most eight."""

    def side(name: str) -> Side:
        if name == NAMES[0]:
            return _side(name, measure())
        with fix():
            return _side(name, measure())

    report = interleaved(side, NAMES, Policy().of, most=PAIRS)
    (compared,) = report.comparisons
    well, bad, good = median(healthy), compared.baseline, compared.candidate
    shares = [
        (after - before) / (well - before) if well != before else 0.0 for before, after in zip(bad, good, strict=True)
    ]
    middle = (median(good) - median(bad)) / (well - median(bad)) if well != median(bad) else 0.0
    return Won(
        healthy=well,
        planted=median(bad),
        mended=median(good),
        pairs=len(bad),
        verdict=compared.verdict,
        share=middle,
        low=min(shares),
        high=max(shares),
    )


def _side(name: str, sample: Sample) -> Side:
    runs = Runs(
        workload="exam", metric=sample.metric, unit=sample.unit.value, better=sample.better, values=(sample.value,)
    )
    return Side(name=name, runs={runs.key: runs})
