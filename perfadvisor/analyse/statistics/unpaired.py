"""The effect of two groups of runs that share no pairs: Welch's t, widened by what may have moved between them."""

import numpy as np

from perfadvisor.analyse.statistics.effect import Effect
from perfadvisor.analyse.statistics.robust import Floats, winsorised

# A drift of one standard deviation with a memory of some thirty runs moves two blocks of ten apart by 0.63 standard
# deviations (simulated in benchmarks/): with 1.0 one block-ordered gate of forty metrics in a hundred goes wrong.
BLOCK_DRIFT = 1.0


def unpaired_effect(baseline: Floats, candidate: Floats, between: float = 0.0) -> Effect:
    """Welch's t on winsorised gains (oriented logs). `between` is the standard deviation of one side's level from
    session to session: both sides carry it, however many runs they have."""
    (a, cut_a), (b, cut_b) = winsorised(baseline), winsorised(candidate)
    parts = a.var(ddof=1) / a.size, b.var(ddof=1) / b.size
    within = float(parts[0] + parts[1])
    df = within**2 / float(parts[0] ** 2 / (a.size - 1) + parts[1] ** 2 / (b.size - 1)) if within > 0 else 1.0
    error = float(np.sqrt(within + 2 * between**2))
    return Effect(gain=float(b.mean() - a.mean()), error=error, df=df, n=min(a.size, b.size), outliers=cut_a + cut_b)


def block_drift(baseline: Floats, candidate: Floats) -> float:
    """How far a side's level may have moved while the other one ran, where it was not measured: as much as its runs
    spread, over the square root of two because both sides carry it."""
    spread = np.sqrt((baseline.var(ddof=1) + candidate.var(ddof=1)) / 2)
    return float(BLOCK_DRIFT * spread / np.sqrt(2))
