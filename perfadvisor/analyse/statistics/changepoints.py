"""Where a series of results changed its level: "suspected" and "confirmed" change points.

Suspected: logs, outliers clipped to the running median, cut where squared error falls most, and where stretches differ
most by rank; then the weakest cut is dropped until every one stands out of noise that remembers itself. Confirmed: such
a cut whose raw values also differ by rank with next to no chance of error, which takes more points after it.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import ndtri

from perfadvisor.analyse.statistics.partition import best_partition
from perfadvisor.analyse.statistics.ranks import best_rank_cut, likeliest_place, memory, rank_shift
from perfadvisor.analyse.statistics.robust import OUTLIER_SIGMAS, Floats, mad_sigma

LEAST_SEGMENT = 5
NORMAL_95 = float(ndtri(0.975))
PENALTY = 2.2  # times ln n and the noise variance
EXTRA_SIGMAS = 0.9  # beyond sqrt(2 ln n), about the largest of n normal values
LEAST_CHANGE = 0.01
CLIP_WINDOW = 11
SETTLED_SEGMENT = 12  # from here on ranks place a cut better than squares do
CONFIRMED_P = 5e-5
NEAR = 5  # points by which the same change may be placed differently as more data come in
LEAST_SURE = 0.5  # that a confirmed change, which names its commit, lies that near
# All but no overlap, where the ranks of a short stretch cannot reach CONFIRMED_P.
CONFIRMED_APART, CONFIRMED_LEAST, CONFIRMED_Z = 0.96, 8, 3.6
WITNESS_Z, WITNESS_APART = 3.7, 0.88  # what ranks must at least say of a suspected cut


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelChange:
    """A change before the value at `index`. `before` and `after` are the medians of the stretches on both sides;
    `low` and `high` the 95 % interval of after over before (of after minus before where not `log`)."""

    index: int
    before: float
    after: float
    low: float
    high: float
    confirmed: bool
    log: bool = True

    @property
    def ratio(self) -> float | None:
        """After over before; None where the series is not positive throughout."""
        return self.after / self.before if self.log else None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Series:
    """One series on its analysed scale: raw, clipped, and the bar a cut's z must clear."""

    raw: Floats
    clipped: Floats
    bar: float
    least_change: float


def change_points(values: Floats) -> tuple[LevelChange, ...]:
    """The suspected change points of a series of finite numbers, ascending, each marked whether it is confirmed."""
    if values.size < 2 * LEAST_SEGMENT:
        return ()
    log = bool((values > 0).all())
    raw = np.log(values) if log else np.asarray(values, dtype=np.float64)
    middle = running_median(raw)
    clipped = hampel(raw, middle)
    n = raw.size
    bar = float(np.sqrt(2 * np.log(n)) + EXTRA_SIGMAS)
    series = _Series(raw=raw, clipped=clipped, bar=bar, least_change=LEAST_CHANGE if log else 0.0)
    penalty = PENALTY * np.log(n) * noise_sigma(clipped, middle) ** 2
    cuts = _pruned(series, best_partition(clipped, penalty, LEAST_SEGMENT), witness=False)
    cuts = _settled(series, _split_by_rank(series, cuts))
    cuts = _pruned(series, cuts, witness=True)
    return tuple(_described(series, cuts, i, log) for i in range(len(cuts)))


def hampel(values: Floats, middle: Floats) -> Floats:
    """The values with those over 3 MAD from their running median pulled in to that distance."""
    reach = OUTLIER_SIGMAS * mad_sigma(values - middle)
    return np.clip(values, middle - reach, middle + reach) if reach > 0 else values


def running_median(values: Floats) -> Floats:
    """The median of each value and its five neighbours on both sides."""
    padded = np.pad(values, CLIP_WINDOW // 2, mode="edge")
    return np.asarray(
        np.partition(sliding_window_view(padded, CLIP_WINDOW), CLIP_WINDOW // 2, axis=1)[:, CLIP_WINDOW // 2],
        dtype=np.float64,
    )


def noise_sigma(values: Floats, middle: Floats) -> float:
    """The noise around whatever the level does: from neighbours' differences, and not less than around the running
    median, because differences miss what noise remembers."""
    neighbours = mad_sigma(np.diff(values)) / np.sqrt(2)
    return float(max(neighbours, mad_sigma(values - middle)))


def _edges(cuts: list[int], n: int) -> list[int]:
    return [0, *cuts, n]


def _z_by_level(series: _Series, cuts: list[int]) -> tuple[Floats, Floats]:
    """z of each cut from the clipped means on both sides, with the long-run variance of an AR(1); and its change."""
    clipped, edges = series.clipped, _edges(cuts, series.raw.size)
    sizes = np.diff(edges)
    means = np.add.reduceat(clipped, edges[:-1]) / sizes
    residuals = clipped - np.repeat(means, sizes)
    variance = float(residuals @ residuals) / max(clipped.size - sizes.size, 1) * memory(residuals)
    change = np.diff(means)
    error = np.sqrt(variance * (1 / sizes[:-1] + 1 / sizes[1:]))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(np.abs(change) / error, nan=0.0, posinf=1e9), np.abs(change)


def _strengths(series: _Series, cuts: list[int], witness: bool) -> Floats:
    z, change = _z_by_level(series, cuts)
    if witness:
        edges = _edges(cuts, series.raw.size)
        shifts = [rank_shift(series.raw[a:c], b - a) for a, b, c in zip(edges, cuts, edges[2:], strict=False)]
        z = np.maximum(z, [shift.z for shift in shifts])
        z[[shift.z < WITNESS_Z and shift.apart < WITNESS_APART for shift in shifts]] = 0.0
        change = np.maximum(change, np.abs(np.diff([np.median(p) for p in np.split(series.raw, cuts)])))
    z[change < series.least_change] = 0.0
    return z


def _pruned(series: _Series, cuts: list[int], *, witness: bool) -> list[int]:
    """The cuts after dropping the weakest again and again until every one clears the bar."""
    while cuts:
        strengths = _strengths(series, cuts, witness)
        weakest = int(strengths.argmin())
        if strengths[weakest] >= series.bar:
            break
        cuts = cuts[:weakest] + cuts[weakest + 1 :]
    return cuts


def _split_by_rank(series: _Series, cuts: list[int]) -> list[int]:
    """The cuts and those that ranks find inside the pieces: small steps under heavy tails, which squares miss."""
    edges = _edges(cuts, series.raw.size)
    todo, found = list(pairwise(edges)), set(cuts)
    while todo:
        start, end = todo.pop()
        piece = series.raw[start:end]
        cut = best_rank_cut(piece, LEAST_SEGMENT)
        if cut and rank_shift(piece, cut).z >= series.bar:
            found.add(start + cut)
            todo += [(start, start + cut), (start + cut, end)]
    return sorted(found)


def _settled(series: _Series, cuts: list[int]) -> list[int]:
    """The cuts moved to where ranks place them, wherever both sides are long enough to say."""
    edges = _edges(cuts, series.raw.size)
    for i in range(1, len(edges) - 1):
        before, end = edges[i - 1], edges[i + 1]
        cut = before + likeliest_place(series.raw[before:end], LEAST_SEGMENT, NEAR).cut
        if min(cut - before, end - cut, edges[i] - before, end - edges[i]) >= SETTLED_SEGMENT:
            edges[i] = cut
    return edges[1:-1]


def _is_confirmed(values: Floats, cut: int) -> bool:
    if likeliest_place(values, LEAST_SEGMENT, NEAR).sure < LEAST_SURE:
        return False
    shift, shorter = rank_shift(values, cut), min(cut, values.size - cut)
    return shift.z >= float(-ndtri(CONFIRMED_P / 2)) or (
        shorter >= CONFIRMED_LEAST and shift.z >= CONFIRMED_Z and shift.apart >= CONFIRMED_APART
    )


def _described(series: _Series, cuts: list[int], i: int, log: bool) -> LevelChange:
    edges = _edges(cuts, series.raw.size)
    start, cut, end = edges[i : i + 3]
    left, right = series.raw[start:cut], series.raw[cut:end]
    a, b = float(np.median(left)), float(np.median(right))
    z, change = _z_by_level(series, cuts)
    error = float(change[i] / z[i]) if z[i] > 0 else 0.0
    low, high = b - a - NORMAL_95 * error, b - a + NORMAL_95 * error
    before, after = (float(np.exp(a)), float(np.exp(b))) if log else (a, b)
    low, high = (float(np.exp(low)), float(np.exp(high))) if log else (low, high)
    confirmed = _is_confirmed(series.raw[start:end], cut - start)
    return LevelChange(index=cut, before=before, after=after, low=low, high=high, confirmed=confirmed, log=log)
