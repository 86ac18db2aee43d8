"""Planned looks at interleaved pairs: stop early where it is clear, without the false alarms of peeking.

The levels spend a two-sided 5 % in the manner of O'Brien and Fleming: next to nothing at first, most of it at the last
look (Lan and DeMets, Biometrika 1983). Together they err in 4.5 % of comparisons of equal sides at margin 0 (simulated
in benchmarks/gate_adaptive.py); peeking at every pair instead gives 14 to 17 % at half that nominal level.

Where more pairs than 27 are asked for, the first five looks have half of their levels, so that a large difference is
still found early, and the later ones share 2 % by the same spending function. All levels together are below 5 %, so the
promise holds whatever their dependence.
"""

from itertools import pairwise
from statistics import NormalDist

LOOKS: tuple[tuple[int, float], ...] = ((5, 0.0005), (8, 0.0025), (12, 0.008), (18, 0.018), (27, 0.03))
LATER = (40, 60, 90, 135, 200)
USUAL_PAIRS, MOST_PAIRS = LOOKS[-1][0], 300
LATER_ALPHA = 0.02
FAR_ENOUGH = 0.8  # of all pairs: a look shortly before the last one would leave that one next to nothing
FIXED_ALPHA = 0.05


def alpha_at(pairs: int) -> float:
    """The two-sided level of the look at this many pairs; between looks the level of the look before."""
    return next((alpha for looked, alpha in reversed(LOOKS) if looked <= pairs), 0.0)


def looks_up_to(most: int) -> tuple[tuple[int, float], ...]:
    """The looks that fit into at most this many pairs; beyond 27 the last of them is at `most` itself."""
    if most <= USUAL_PAIRS:
        return tuple(look for look in LOOKS if look[0] <= most)
    sizes = (*(pairs for pairs in LATER if pairs <= FAR_ENOUGH * most), most)
    spent = [0.0, *(_spent(pairs / most) for pairs in sizes)]
    later = zip(sizes, (after - before for before, after in pairwise(spent)), strict=True)
    return (*((pairs, alpha / 2) for pairs, alpha in LOOKS), *later)


def _spent(share: float) -> float:
    """How much of the later looks' level is spent after this share of all pairs (O'Brien and Fleming)."""
    normal = NormalDist()
    return 2 * (1 - normal.cdf(normal.inv_cdf(1 - LATER_ALPHA / 2) / share**0.5))
