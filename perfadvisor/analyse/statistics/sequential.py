"""Planned looks at interleaved pairs: stop early where it is clear, without the false alarms of peeking.

The levels spend a two-sided 5 % in the manner of O'Brien and Fleming: next to nothing at first, most of it at the last
look (Lan and DeMets, Biometrika 1983). Together they err in 4.5 % of comparisons of equal sides at margin 0 (simulated
in benchmarks/gate_adaptive.py); peeking at every pair instead gives 14 to 17 % at half that nominal level.
"""

LOOKS: tuple[tuple[int, float], ...] = ((5, 0.0005), (8, 0.0025), (12, 0.008), (18, 0.018), (27, 0.03))
MOST_PAIRS = LOOKS[-1][0]
FIXED_ALPHA = 0.05


def alpha_at(pairs: int) -> float:
    """The two-sided level of the look at this many pairs; between looks the level of the look before."""
    return next((alpha for looked, alpha in reversed(LOOKS) if looked <= pairs), 0.0)


def looks_up_to(most: int) -> tuple[tuple[int, float], ...]:
    """The looks that fit into at most this many pairs."""
    return tuple(look for look in LOOKS if look[0] <= most)
