"""Many tests at once: the share of false alarms among what is reported is held.

A host that is off in one metric is often off in others: a slow disk has fewer operations and longer ones. So hosts are
found first, and then, on these hosts alone, the metrics: they are few, and need far less proof than one among all.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from perfadvisor.analyse.statistics.robust import Floats

RATE = 0.05
# Of the rate: for naming a wrong host, and for wrong metrics of right hosts. A tenth is kept for hosts that are noisier
# than usual by less than can be seen.
FAMILIES, MEMBERS = 0.55, 0.35


def corrected(p_values: Sequence[float] | Floats) -> Floats:
    """The p-values corrected by Benjamini and Hochberg: reporting those at or below a rate keeps the expected share of
    false ones among them at that rate, also where tests are positively dependent, as metrics of one host are.

    Source: Benjamini and Yekutieli, Annals of Statistics 29 (2001), 1165-1188."""
    given = np.asarray(p_values, dtype=np.float64)
    return np.asarray(false_discovery_control(given), dtype=np.float64) if given.size else given


def corrected_in_families(p_values: Floats, families: NDArray[np.int64], rate: float = RATE) -> Floats:
    """The p-values corrected for finding families first and then their members; `families` numbers the family of each
    from 0 without a gap. Reporting those at or below the rate spends `FAMILIES` of it on families that have nothing
    (each family by Simes' p-value), `MEMBERS` of it on members that have nothing in families that do: how many these
    are is estimated from what is found.

    Sources: Simes, Biometrika 73 (1986), 751-754; Yekutieli, Journal of the American Statistical Association 103
    (2008), 309-316; Benjamini, Krieger and Yekutieli, Biometrika 93 (2006), 491-507."""
    if not p_values.size:
        return p_values
    sizes = np.bincount(families)
    order = np.argsort(p_values)
    few = families.astype(np.uint16) if sizes.size <= 1 << 16 else families  # is sorted in a fifth of the time
    order = order[np.argsort(few[order], kind="stable")]
    starts = np.cumsum(sizes) - sizes
    rank = np.arange(order.size) - starts[families[order]] + 1
    simes = np.minimum.reduceat(p_values[order] * sizes[families[order]] / rank, starts)
    whole = corrected(np.minimum(simes, 1))[families]
    if sizes.max() == 1:
        return whole
    found = whole / FAMILIES
    inside = found <= rate
    found[inside] = np.maximum(found[inside], _adapted(p_values[inside], rate * MEMBERS) / MEMBERS)
    return np.minimum(found, 1)


def _adapted(p_values: Floats, rate: float) -> Floats:
    """Corrected for those alone that have nothing: all but what a first look finds."""
    first = corrected(p_values) * (1 + rate)
    nothing = np.count_nonzero(first > rate) / max(first.size, 1)
    return np.asarray(first * nothing, dtype=np.float64)


def selected_level(found: int, tests: int, rate: float = RATE) -> float:
    """The level at which intervals of what was picked keep their promise: one minus the share of all that was picked.

    Source: Benjamini and Yekutieli, Journal of the American Statistical Association 100 (2005), 71-81."""
    return rate * found / tests if found else rate
