"""Do two stretches of a series differ by rank? Robust to outliers, to modes, and to whatever clipping did."""

from dataclasses import dataclass

import numpy as np

from perfadvisor.analyse.statistics.robust import Floats, ar1

LEAST_MEMORY, MOST_MEMORY = 0.15, 0.9
NO_DIFFERENCE = 0.01  # in the probability of two places


@dataclass(frozen=True, kw_only=True, slots=True)
class RankShift:
    """`z`: the Mann-Whitney statistic, its variance raised by the memory of the ranks; `most`: what it would be if the
    two stretches did not overlap; `apart`: 0 where they are alike, 1 where they do not overlap (Cliff's delta)."""

    z: float
    most: float
    apart: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePlace:
    """Where a change lies: before the value at `cut`, give or take a few; `sure` is how probable that is."""

    cut: int
    sure: float


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
    explained = _explained(ranks(values), least)
    return least + int(explained.argmax()) if explained.size else 0


def _explained(ranked: Floats, least: int) -> Floats:
    """The share of the ranks' variance that a cut explains, for every cut that leaves `least` values on both sides."""
    n = ranked.size
    centred = ranked - ranked.mean()
    sizes = np.arange(least, n - least + 1)
    power = float(centred @ centred)
    return np.cumsum(centred)[sizes - 1] ** 2 * n / (sizes * (n - sizes) * power) if power > 0 else np.zeros(sizes.size)


def likeliest_place(values: Floats, least: int, near: int) -> ChangePlace:
    """Where to say that the one change of these values is: around which place it most probably lies within `near`
    points; of places that differ little in that, the one nearest to the single likeliest, which in loud noise is
    often a lone value far off the bulk of the probability.

    Two flat stretches of normal ranks have the likelihood (1 - explained share)^(-n/2); what the noise remembers makes
    n values worth fewer. There must be room for two stretches of `least` values."""
    ranked, n = ranks(values), values.size
    explained = np.minimum(_explained(ranked, least), 1 - 1e-9)
    best = int(explained.argmax())
    left, right = ranked[: least + best], ranked[least + best :]
    worth = n / memory(np.concatenate([left - left.mean(), right - right.mean()]))
    chances = np.exp(-worth / 2 * (np.log1p(-explained) - np.log1p(-explained[best])))
    around = _sums_around(chances / chances.sum(), near)
    equal = np.flatnonzero(around >= around.max() - NO_DIFFERENCE)
    place = int(equal[np.abs(equal - best).argmin()])
    return ChangePlace(cut=least + place, sure=float(around[place]))


def _sums_around(values: Floats, near: int) -> Floats:
    sums, places = np.concatenate(([0.0], np.cumsum(values))), np.arange(values.size)
    return sums[np.minimum(places + near + 1, values.size)] - sums[np.maximum(places - near, 0)]
