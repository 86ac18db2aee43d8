"""Many metrics at once: Holm's step-down correction (Scandinavian Journal of Statistics, 1979)."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """The corrected p-values, in the order given: rejecting those at or below alpha keeps the chance of any false
    rejection in the family at alpha, whatever the metrics have to do with one another."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    corrected = [0.0] * len(p_values)
    worst = 0.0
    for rank, i in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[i]))
        corrected[i] = worst
    return tuple(corrected)
