"""The small picture beside each number: every fresh run as a mark, on one scale of percent for a whole table.

A scale of its own for each row would make a spread of 0.1 % look like one of 30 %.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from perfadvisor.model.result import Cell, Estimate, TrialResult, Trust

WIDTH, HEIGHT, MARGIN = 168.0, 20.0, 8.0
STEPS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Mark:
    """One run: its place in the picture, its trust, and whether it lies beyond the edge."""

    x: float
    trust: Trust
    beyond: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """A row's picture, in pixels: marks, the median's place, and the interval's ends where there is one."""

    marks: tuple[Mark, ...]
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

    trusts = trusts_of(estimate, cell)
    marks = tuple(
        Mark(place(value), trust, abs(deviation(value, estimate.median)) > span)
        for value, trust in zip(estimate.values, trusts, strict=True)
    )
    if estimate.low is None or estimate.high is None:
        return Strip(marks, place(estimate.median), None, None)
    return Strip(marks, place(estimate.median), place(estimate.low), place(estimate.high))


def trusts_of(estimate: Estimate, cell: Cell) -> tuple[Trust, ...]:
    """The trust of the run behind each value; that of the cell where the runs cannot be told."""
    behind = trials_behind(estimate, cell)
    return tuple(trial.trust for trial in behind) or (cell.trust,) * estimate.n


def trials_behind(estimate: Estimate, cell: Cell) -> tuple[TrialResult, ...]:
    """The trials an estimate's values come from, in their order: all that have the metric, or all of those that are
    not INVALID, whichever are as many as the values; none where neither are."""
    have = [trial for trial in cell.trials if any(s.metric == estimate.metric for s in trial.output.samples)]
    usable = [trial for trial in have if trial.trust is not Trust.INVALID]
    return next((tuple(group) for group in (have, usable) if len(group) == estimate.n), ())
