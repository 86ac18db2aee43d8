"""The best way to cut a series into flat pieces: optimal partitioning under squared error with a price for each cut.

The exact dynamic programme of Jackson et al. (IEEE Signal Processing Letters 2005), which PELT (Killick et al., JASA
2012) prunes. In numpy one step over all earlier points costs less than the bookkeeping of pruning up to some 20,000
points, so nothing is pruned here, and the answer is the same.
"""

from typing import cast

import numpy as np

from perfadvisor.analyse.statistics.robust import Floats


def best_partition(values: Floats, penalty: float, least: int) -> list[int]:
    """The inner cuts, ascending: each is the index of the first value of a new piece of at least `least` values.
    Minimises the squared error plus `penalty` for each piece; O(n^2) time, O(n) memory."""
    if values.size < 2 * least:
        return []
    return _cuts(_last_cuts(values - values.mean(), penalty, least), values.size)


def _last_cuts(centred: Floats, penalty: float, least: int) -> list[int]:
    """For each end the start of its last piece. With F the best cost of a prefix, a piece (s, t] costs
    Q[t] - Q[s] - (S[t] - S[s])^2 / (t - s): only what depends on s is minimised, and Q[t] falls out of the answer.
    No piece is shorter than `least`, so that many ends depend on earlier ones only and are done at once."""
    n = centred.size
    sums = np.concatenate(([0.0], np.cumsum(centred)))
    rows = np.arange(least)
    inverse = 1.0 / (rows[:, None] + np.arange(n, 0, -1, dtype=np.float64))
    too_short = np.where(np.arange(1, least) > rows[:, None], np.inf, 0.0)  # by how far a start is from the block
    last = np.zeros(n + least, dtype=np.intp)
    rest = np.full(n + least, np.inf)  # F[s] - Q[s]; infinite where a prefix cannot end
    rest[0] = 0.0
    padded = np.concatenate((sums, np.zeros(least)))
    for first in range(least, n + 1, least):
        gain = padded[first : first + least, None] - padded[:first]
        gain *= gain
        gain *= inverse[:, n - first :]
        np.subtract(rest[:first], gain, out=gain)
        gain[:, first - least + 1 :] += too_short
        best = gain.argmin(axis=1)
        last[first : first + least] = best
        rest[first : first + least] = gain[rows, best] + penalty
    return cast(list[int], last[: n + 1].tolist())


def _cuts(last: list[int], end: int) -> list[int]:
    cuts: list[int] = []
    while last[end] > 0:
        end = last[end]
        cuts.append(end)
    return cuts[::-1]
