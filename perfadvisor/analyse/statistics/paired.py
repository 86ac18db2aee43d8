"""The effect of interleaved runs: each pair shares what the machine did at the time, so drift falls out."""

import numpy as np

from perfadvisor.analyse.statistics.effect import Effect
from perfadvisor.analyse.statistics.robust import Floats, winsorised


def paired_effect(baseline: Floats, candidate: Floats) -> Effect:
    """Student's t on the winsorised differences of two equally long arrays of gains (oriented logs), at least two."""
    differences, outliers = winsorised(candidate - baseline)
    n = differences.size
    error = float(differences.std(ddof=1) / np.sqrt(n))
    return Effect(gain=float(differences.mean()), error=error, df=n - 1, n=n, outliers=outliers)
