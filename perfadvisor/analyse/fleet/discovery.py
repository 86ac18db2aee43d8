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


def corrected(p_values: Sequence[float] | Floats) -> Floats:
    """The p-values corrected by Benjamini and Hochberg: reporting those at or below a rate keeps the expected share of
    false ones among them at that rate, also where tests are positively dependent, as metrics of one host are.

    Source: Benjamini and Yekutieli, Annals of Statistics 29 (2001), 1165-1188."""
    given = np.asarray(p_values, dtype=np.float64)
    return np.asarray(false_discovery_control(given), dtype=np.float64) if given.size else given


def corrected_in_families(p_values: Floats, families: NDArray[np.int64]) -> Floats:
    """The p-values corrected for finding families first and then their members; `families` numbers the family of each
    from 0 without a gap. Reporting those at or below a rate spends half of it on families that have nothing (each
    family by Simes' p-value), half on members that have nothing in families that do.

    Sources: Simes, Biometrika 73 (1986), 751-754; Yekutieli, Journal of the American Statistical Association 103
    (2008), 309-316."""
    if not p_values.size:
        return p_values
    order = np.lexsort((p_values, families))
    within, sizes = families[order], np.bincount(families)
    starts = np.cumsum(sizes) - sizes
    rank = np.arange(order.size) - starts[within] + 1
    stepped = _least_from_here(p_values[order] * sizes[within] / rank, within)
    whole = corrected(np.minimum(stepped[starts], 1))
    found = np.empty_like(p_values)
    found[order] = np.minimum(2 * np.maximum(whole[within], stepped), 1)
    return found


def _least_from_here(values: Floats, within: NDArray[np.int64]) -> Floats:
    """Each value, or the least of those behind it in its own family: by ranks, which are exact beside any family's
    number."""
    ordered = np.argsort(values, kind="stable")
    ranks = np.empty(values.size, dtype=np.int64)
    ranks[ordered] = np.arange(values.size)
    apart = within * values.size
    least = np.minimum.accumulate((ranks + apart)[::-1])[::-1] - apart
    return np.asarray(values[ordered[least]], dtype=np.float64)


def selected_level(found: int, tests: int, rate: float = RATE) -> float:
    """The level at which intervals of what was picked keep their promise: one minus the share of all that was picked.

    Source: Benjamini and Yekutieli, Journal of the American Statistical Association 100 (2005), 71-81."""
    return rate * found / tests if found else rate
