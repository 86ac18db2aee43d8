"""The odd host, port or cable in a matrix of pairs: how each host sends and receives, and what links add to that.

Logarithms are fitted by medians (Tukey's median polish): value = common + sender + receiver + rest. Groups of hosts
(racks, bridges) have a level of their own for each pair of groups, so a slower path between racks blames no host.
"""

from collections.abc import Mapping, Sequence
from math import exp, log

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from perfadvisor.analyse.fleet.discovery import RATE, corrected
from perfadvisor.analyse.fleet.spread import FEWEST_HOSTS, biweight_sigma, degrees_of_freedom
from perfadvisor.analyse.statistics.robust import Floats, middle
from perfadvisor.model.fleet import PairEffect

ROUNDS = 10
LEAST_SPREAD = 0.02  # of runs between the same two hosts, even on a quiet network

Square = NDArray[np.float64]
Pairs = Mapping[tuple[str, str], float]


def odd_pairs(
    values: Pairs, groups: Mapping[str, str] | None = None, least_spread: float = LEAST_SPREAD
) -> tuple[PairEffect, ...]:
    """The senders, receivers and links that differ from the rest, the surest first; () below four hosts. `values` maps
    (sender, receiver) to a positive number; pairs that were not measured are left out. Measurements of one pair differ
    by `least_spread`, as a share, even on a quiet network."""
    hosts = sorted({host for pair in values for host in pair})
    if len(hosts) < FEWEST_HOSTS:
        return ()
    sends, receives, rest = polish(_square(hosts, values), [(groups or {}).get(host, "") for host in hosts])
    known = np.isfinite(rest)
    effects: list[tuple[str, tuple[str, ...], float]] = [
        ("sends", (host,), float(gap)) for host, gap in zip(hosts, sends, strict=True)
    ]
    effects += [("receives", (host,), float(gap)) for host, gap in zip(hosts, receives, strict=True)]
    effects += [("link", (hosts[i], hosts[j]), float(rest[i, j])) for i, j in np.argwhere(known)]
    p = np.concatenate([_p(gaps, least_spread) for gaps in (sends, receives, rest[known])])
    found = [
        PairEffect(what=what, hosts=named, ratio=exp(gap), q=float(q))
        for (what, named, gap), q in zip(effects, corrected(p), strict=True)
        if q <= RATE
    ]
    return tuple(sorted(found, key=lambda one: (one.what == "link", one.q, one.hosts)))


def _square(hosts: Sequence[str], values: Pairs) -> Square:
    places = {host: i for i, host in enumerate(hosts)}
    square = np.full((len(hosts), len(hosts)), np.nan)
    for (sender, receiver), value in values.items():
        if value > 0 and sender != receiver:
            square[places[sender], places[receiver]] = log(value)
    return square


def polish(square: Square, groups: Sequence[str]) -> tuple[Floats, Floats, Square]:
    """Effects of rows and columns, and what they and the pairs of groups leave, by repeated medians. Rows come first: a
    bad host is half of the pairs in a small group, but one of many in each other row.

    Source: Tukey, Exploratory Data Analysis, 1977, chapter 11."""
    left = square.copy()
    rows, columns = np.zeros(square.shape[0]), np.zeros(square.shape[1])
    for _ in range(ROUNDS):
        by_row = np.array([_median(row) for row in left])
        rows, left = rows + by_row, left - by_row[:, None]
        by_column = np.array([_median(column) for column in left.T])
        columns, left = columns + by_column, left - by_column[None, :]
        _level_groups(left, groups)
    return rows - middle(rows), columns - middle(columns), left


def _level_groups(left: Square, groups: Sequence[str]) -> None:
    """Take the median of each pair of groups away, in place."""
    names = np.array(groups)
    for one in set(groups):
        for other in set(groups):
            block = np.ix_(names == one, names == other)
            left[block] -= _median(left[block].ravel())


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return middle(known) if known.size else 0.0


def _p(gaps: Floats, least_spread: float) -> Floats:
    if not gaps.size:
        return gaps
    scale = max(biweight_sigma(gaps), least_spread)
    return np.asarray(2 * stdtr(degrees_of_freedom(gaps.size), -np.abs(gaps - middle(gaps)) / scale), dtype=np.float64)
