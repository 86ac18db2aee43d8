"""The small picture beside each number: every fresh run as a mark, on one scale of percent for a whole table.

A scale of its own for each row would make a spread of 0.1 % look like one of 30 %.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from perfadvisor.model.result import Cell, Estimate, Trust

WIDTH, HEIGHT, MARGIN = 168.0, 20.0, 8.0
STEPS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class RunMark:
    """One run: its place in the picture, its trust, and whether it lies beyond the edge."""

    x: float
    trust: Trust
    beyond: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """A row's picture, in pixels: marks, the median's place, and the interval's ends where there is one."""

    marks: tuple[RunMark, ...]
    middle: float
    low: float | None
    high: float | None


def deviation(value: float, median: float) -> float:
    """How far from the median, as a share of it; 0 where the median is 0."""
    return value / median - 1 if median else 0.0


def span_of(estimates: Iterable[Estimate]) -> float:
    """The smallest round share that holds nine rows of ten whole, so that one wild row does not flatten the others."""
    worst = sorted(max((abs(deviation(v, e.median)) for v in e.values), default=0.0) for e in estimates)
    wanted = worst[int(len(worst) * 0.9) - 1] if len(worst) > 1 else (worst or [0.0])[0]
    return next((step for step in STEPS if step >= wanted), STEPS[-1])


def strip(estimate: Estimate, cell: Cell, span: float) -> Strip:
    """The picture of one estimate on the table's scale."""

    def place(value: float) -> float:
        share = max(-1.0, min(1.0, deviation(value, estimate.median) / span))
        return round(WIDTH / 2 + share * (WIDTH / 2 - MARGIN), 1)

    marks = tuple(
        RunMark(place(run.value), run.trust, abs(deviation(run.value, estimate.median)) > span)
        for run in runs_of(estimate, cell)
    )
    if estimate.low is None or estimate.high is None:
        return Strip(marks, place(estimate.median), None, None)
    return Strip(marks, place(estimate.median), place(estimate.low), place(estimate.high))


@dataclass(frozen=True, slots=True)
class ShownRun:
    """One finished run of a metric: the trial's number, its value and trust, and whether the median leaves it out."""

    number: int
    value: float
    trust: Trust
    left_out: bool


def runs_of(estimate: Estimate, cell: Cell) -> tuple[ShownRun, ...]:
    """Every finished run of the cell that has the metric, those that the estimate leaves out included; the estimate's
    own values where the cell holds no trials."""
    left_out = cell.left_out
    found = tuple(
        ShownRun(trial.trial.number, sample.value, cell.mark_of(trial), trial in left_out)
        for trial in cell.finished
        for sample in trial.output.samples
        if sample.metric == estimate.metric
    )
    return found or tuple(ShownRun(n, value, cell.trust, False) for n, value in enumerate(estimate.values, 1))
