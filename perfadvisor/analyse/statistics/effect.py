"""An effect: how much better or worse one side is, on the log scale, with what is known of its error."""

from dataclasses import dataclass
from math import exp, isfinite, log1p

from scipy.special import stdtr, stdtrit


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """`gain` is the mean log ratio of candidate to baseline, turned so that positive is better; `error` its standard
    error, `df` the degrees of freedom behind it, `n` the runs of the smaller side."""

    gain: float
    error: float
    df: float
    n: int
    outliers: int = 0

    def p_below(self, bound: float) -> float:
        """One-sided p-value against "the true gain is `bound` or more": small where the gain is surely lower."""
        return self._tail((self.gain - bound) / self.error) if self.error > 0 else float(self.gain >= bound)

    def p_above(self, bound: float) -> float:
        """One-sided p-value against "the true gain is `bound` or less": small where the gain is surely higher."""
        return self._tail((bound - self.gain) / self.error) if self.error > 0 else float(self.gain <= bound)

    def _tail(self, t: float) -> float:
        return float(stdtr(self.df, t))

    def half_width(self, alpha: float) -> float:
        """Half the width of the two-sided interval at level 1 - `alpha`."""
        return quantile(self.df, alpha) * self.error

    def runs_needed(self, margin: float, alpha: float, most: int = 10_000) -> int:
        """About how many runs of each side would decide it, if they went on as they did: (t s / distance to the nearest
        bound)^2. 0 where more than `most` would be needed, because that would not be advice."""
        distance = abs(abs(self.gain) - margin)
        if distance <= 0 or not isfinite(self.error):
            return 0
        needed = self.n * (self.half_width(alpha) / distance) ** 2
        return int(needed) + 1 if needed < most else 0


def quantile(df: float, alpha: float) -> float:
    """The two-sided t quantile at level 1 - `alpha`."""
    return float(stdtrit(df, 1 - alpha / 2))


def log_margin(margin: float) -> float:
    """A relative margin on the log scale, the same both ways: 3 % is 0.0305, a ratio of 0.97 or its inverse."""
    return -log1p(-margin)


def as_ratio(gain: float, better: str) -> float:
    """The ratio candidate over baseline of a gain; for "lower" metrics a gain makes it smaller."""
    return exp(-gain if better == "lower" else gain)
