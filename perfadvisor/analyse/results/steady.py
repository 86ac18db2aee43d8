"""Whether writes reached their steady state: what fio says of it, or the runs taken as rounds.

The rounds are judged as SNIA's Solid State Storage Performance Test Specification does (2.0.2, 2.1.24): five of them
within 20 % of their mean, and a fitted line that spans at most 10 % of it. Rounds that miss this without going one way
may be noise, so they prove nothing.
"""

from collections.abc import Sequence
from itertools import combinations
from statistics import fmean, linear_regression

from perfadvisor.model.result import TrialResult

ROUNDS = 5
MOST_RANGE = 0.2
MOST_SPAN = 0.1
ONE_WAY = 8  # of ten pairs of rounds, those that rose less those that fell; by chance in 8 % of all orders
_RATES = ("write.bytes_per_s", "mixed.bytes_per_s")


def settled(trials: Sequence[TrialResult]) -> tuple[bool | None, str]:
    """(answer, "") or (None, why there is none)."""
    said = [trial.output.details["steady"] for trial in trials if "steady" in trial.output.details]
    if said:
        return all(value is True for value in said), ""
    ordered = sorted(trials, key=lambda trial: (trial.started, trial.trial.number))
    rates = [rate for trial in ordered if (rate := _rate(trial)) is not None]
    if len(rates) < ROUNDS or len(rates) < len(trials):
        return None, f"needs {ROUNDS} runs that wrote, or fio's steadystate option"
    return _of_rounds(rates[-ROUNDS:])


def _rate(trial: TrialResult) -> float | None:
    values = {sample.metric: sample.value for sample in trial.output.samples}
    return next((values[name] for name in _RATES if values.get(name)), None)


def _of_rounds(rates: Sequence[float]) -> tuple[bool | None, str]:
    mean = fmean(rates)
    span = abs(linear_regression(range(ROUNDS), rates).slope) * (ROUNDS - 1)
    if max(rates) - min(rates) <= MOST_RANGE * mean and span <= MOST_SPAN * mean:
        return True, ""
    rises = sum((later > earlier) - (later < earlier) for earlier, later in combinations(rates, 2))
    return (False, "") if abs(rises) >= ONE_WAY else (None, "the runs differ, but do not go one way")
