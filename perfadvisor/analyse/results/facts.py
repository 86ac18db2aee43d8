"""`result.*` facts: what rules may ask of a cell, made from its trials' samples, details and counter deltas.

A fact is the median over the cell's usable trials; texts and yes/no values must agree in all of them, else they are
absent with that reason.
"""

from collections.abc import Callable, Iterator, Mapping
from statistics import median

from perfadvisor.analyse.results.crossing import crosses_nic
from perfadvisor.analyse.results.io_limit import io_limit_share
from perfadvisor.analyse.results.sources import DELTAS, DERIVED, DETAILS, SAMPLES
from perfadvisor.analyse.results.steady import settled
from perfadvisor.analyse.results.swept import NOT_SWEPT
from perfadvisor.analyse.results.window import window_bytes, window_limited, window_rate
from perfadvisor.analyse.statistics.estimate import spread
from perfadvisor.model.fact import Absent, Fact, FactSpec, FactTable, Scalar
from perfadvisor.model.result import Cell, TrialResult
from perfadvisor.model.workload import Workload

Getter = Callable[[TrialResult], Scalar | None]


def result_facts(
    cell: Cell,
    workload: Workload,
    catalogue: Mapping[str, FactSpec],
    *,
    machine: FactTable | None = None,
    ratio_to_parent: float | None = None,
    swept: str = NOT_SWEPT,
) -> Iterator[Fact | Absent]:
    """The facts of one cell, each with its source in words. Units and types come from the catalogue; `machine` holds
    the settings that a limit of this result is computed from; `swept` is the parameter that the run goes through."""
    trials = list(cell.used)
    source = f"{len(trials)} runs of {cell.workload} in {cell.environment}"
    for name, value in _identity(cell, workload, trials, ratio_to_parent, machine, swept).items():
        yield _fact(catalogue[f"result.{name}"], value, cell.id, source, "not known for this result")
    for name, getter in _getters().items():
        value, reason = _agreed([getter(trial) for trial in trials])
        yield _fact(catalogue[f"result.{name}"], value, cell.id, source, reason)
    steady, reason = settled(trials)
    yield _fact(catalogue["result.steady"], steady, cell.id, source, reason)
    window, reason = window_bytes(trials, machine)
    yield _fact(catalogue["result.window_limit_bytes"], window, cell.id, source, reason)
    rtt, _ = _agreed([_round_trip(trial) for trial in trials])
    limit, reason = window_rate(window, rtt, reason)
    yield _fact(catalogue["result.window_limit_bits_per_s"], limit, cell.id, source, reason)
    held, reason = window_limited(trials, limit, reason)
    yield _fact(catalogue["result.window_limited"], held, cell.id, source, reason)
    share, reason = io_limit_share(trials, machine)
    yield _fact(catalogue["result.io_limit_share"], share, cell.id, source, reason)


def _round_trip(trial: TrialResult) -> Scalar | None:
    """The shortest that the kernel saw; iperf3 looks once a second and finds the queue on the way full."""
    known = trial.deltas.get("tcp.least_round_trip_us")
    return known or trial.output.details.get("min_rtt_us") or _sample(("rtt_mean",))(trial)


def _identity(
    cell: Cell,
    workload: Workload,
    trials: list[TrialResult],
    ratio: float | None,
    machine: FactTable | None,
    swept: str,
) -> dict[str, Scalar | None]:
    paths = {trial.path for trial in trials}
    path = paths.pop() if len(paths) == 1 else None
    headline = next((e for metric in workload.metrics for e in cell.estimates if e.metric == metric), None)
    return {
        "workload": cell.workload,
        "device": workload.device,
        "tool": workload.tool,
        "environment": cell.environment,
        "trust": str(cell.trust),
        "n": len(trials),
        "spread_ratio": spread(headline.values) if headline else None,
        "block": (path.block or None) if path else None,
        "nic": (path.nic or None) if path else None,
        "pci": (path.pci or None) if path else None,
        "file_system": (path.file_system or None) if path else None,
        "crosses_nic": crosses_nic(path, trials, machine),
        "ratio_to_parent": ratio,
        "swept": swept,
    }


def _getters() -> dict[str, Getter]:
    getters: dict[str, Getter] = dict(DERIVED)
    for name, keys in SAMPLES.items():
        getters.setdefault(name, _sample(keys))
    for name, key in DETAILS.items():
        getters.setdefault(name, _detail(key))
    for name, key in DELTAS.items():
        getters.setdefault(name, _delta(key))
    return getters


def _sample(keys: tuple[str, ...]) -> Getter:
    def get(trial: TrialResult) -> float | None:
        values = {sample.metric: sample.value for sample in trial.output.samples}
        return next((values[key] for key in keys if key in values), None)

    return get


def _detail(key: str) -> Getter:
    """What the tool reported; where it reports nothing, what it was asked for."""
    return lambda trial: trial.output.details.get(key, trial.trial.parameters.get(key))


def _delta(key: str) -> Getter:
    return lambda trial: trial.deltas.get(key)


def _agreed(values: list[Scalar | None]) -> tuple[Scalar | None, str]:
    known = [value for value in values if value is not None]
    if not known:
        return None, "the runs did not give it"
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        middle = median(float(value) for value in known)
        return (int(middle) if middle.is_integer() and all(isinstance(v, int) for v in known) else middle), ""
    return (known[0], "") if len(set(known)) == 1 else (None, "the runs differ in it")


def _fact(spec: FactSpec, value: Scalar | None, subject: str, source: str, reason: str) -> Fact | Absent:
    if value is not None and spec.type is int and isinstance(value, float):
        value = round(value)
    if value is not None and type(value) not in (spec.type, int if spec.type is float else spec.type):
        value, reason = None, f"the value of the runs is not of type {spec.type.__name__}"
    return spec.given(value, source=source, subject=subject, reason=reason)
