"""Many tests at once: the share of false alarms among what is reported is held."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import false_discovery_control

from perfadvisor.analyse.statistics.robust import Floats

RATE = 0.05


def corrected(p_values: Sequence[float] | Floats) -> Floats:
    """The p-values corrected by Benjamini and Hochberg: reporting those at or below a rate keeps the expected share of
    false ones among them at that rate, also where tests are positively dependent, as metrics of one host are.

    Source: Benjamini and Yekutieli, Annals of Statistics 29 (2001), 1165-1188."""
    given = np.asarray(p_values, dtype=np.float64)
    return np.asarray(false_discovery_control(given), dtype=np.float64) if given.size else given


def selected_level(found: int, tests: int, rate: float = RATE) -> float:
    """The level at which intervals of what was picked keep their promise: one minus the share of all that was picked.

    Source: Benjamini and Yekutieli, Journal of the American Statistical Association 100 (2005), 71-81."""
    return rate * found / tests if found else rate
