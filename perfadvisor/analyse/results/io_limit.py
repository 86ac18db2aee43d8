"""How near a result comes to the caps that its control group sets on reads and writes per second."""

from collections.abc import Callable, Sequence
from statistics import median

from perfadvisor.analyse.results.sources import DERIVED, SAMPLES
from perfadvisor.model.fact import FactTable
from perfadvisor.model.result import TrialResult

RATES = ("read_iops", "write_iops", "read_bytes_per_s", "write_bytes_per_s")


def io_limit_share(trials: Sequence[TrialResult], machine: FactTable | None) -> tuple[float | None, str]:
    """The measured rate over the cap on it, of whichever cap is nearest; 0 where none is set. The reason where it
    cannot be known."""
    limited = machine.value("cgroup.io_limited") if machine else None
    if machine is None or not isinstance(limited, bool):
        return None, "the caps of the control group were not read"
    shares = []
    for name in RATES:
        cap = machine.value(f"cgroup.{name}_max")
        rates = [rate for trial in trials if (rate := _rate(name)(trial)) is not None]
        if isinstance(cap, int) and cap > 0 and rates:
            shares.append(median(rates) / cap)
    return max(shares, default=0.0), ""


def _rate(name: str) -> Callable[[TrialResult], float | None]:
    def rate(trial: TrialResult) -> float | None:
        if name in DERIVED:
            value = DERIVED[name](trial)
            return float(value) if isinstance(value, int | float) else None
        values = {sample.metric: sample.value for sample in trial.output.samples}
        return next((values[metric] for metric in SAMPLES[name] if metric in values), None)

    return rate
