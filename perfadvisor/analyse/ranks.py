"""Do two stretches of a series differ by rank? Robust to outliers, to modes, and to whatever clipping did."""

from dataclasses import dataclass

import numpy as np

from perfadvisor.analyse.robust import Floats, ar1

LEAST_MEMORY, MOST_MEMORY = 0.15, 0.9


@dataclass(frozen=True, kw_only=True, slots=True)
class RankShift:
    """`z`: the Mann-Whitney statistic, its variance raised by the memory of the ranks; `most`: what it would be if the
    two stretches did not overlap; `apart`: 0 where they are alike, 1 where they do not overlap (Cliff's delta)."""

    z: float
    most: float
    apart: float


def ranks(values: Floats) -> Floats:
    """Ranks from 1, ties sharing their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], dtype=np.float64)


def memory(residuals: Floats) -> float:
    """How much larger a mean's variance is than of independent values: (1 + r) / (1 - r) of an AR(1). `r` is at least
    0.15, as usual in real series: in a short series chance often hides it, and cuts then look surer than they are."""
    r = float(np.clip(ar1(residuals), LEAST_MEMORY, MOST_MEMORY))
    return (1 + r) / (1 - r)


def rank_shift(values: Floats, cut: int) -> RankShift:
    """The shift between `values[:cut]` and `values[cut:]`, neither of them empty."""
    ranked, before, after = ranks(values), cut, values.size - cut
    pairs = before * after
    surplus = float(ranked[:cut].sum()) - before * (before + 1) / 2 - pairs / 2
    spread = np.sqrt(pairs * (values.size + 1) / 12)
    left, right = ranked[:cut], ranked[cut:]
    grown = memory(np.concatenate([left - left.mean(), right - right.mean()]))
    apart = abs(2 * surplus / pairs)
    return RankShift(z=float(abs(surplus) / spread / np.sqrt(grown)), most=float(pairs / 2 / spread), apart=apart)


def best_rank_cut(values: Floats, least: int) -> int:
    """Where two stretches of at least `least` values differ most by rank; 0 where there is no room for two."""
    n = values.size
    if n < 2 * least:
        return 0
    ranked = ranks(values)
    sizes = np.arange(least, n - least + 1)
    sums = np.cumsum(ranked - ranked.mean())[sizes - 1]
    return int(sizes[(np.abs(sums) / np.sqrt(sizes * (n - sizes))).argmax()])
