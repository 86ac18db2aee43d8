"""How every environment does beside its parent: each metric's ratio, what happened meanwhile, and what explains it.

Trials of all environments take turns, so those of one repeat share what the machine did at the time: the interval is
Student's t on the logarithms of the ratios within each repeat. Where a device can be in one place at a time it changes
hands once a repeat, so a repeat is a pair of neighbouring blocks.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import exp, isfinite, log, sqrt
from statistics import fmean, median, stdev

from perfadvisor.analyse.environments.alike import note, why_not_alike
from perfadvisor.analyse.environments.causes import causes
from perfadvisor.model.fact import FactTable
from perfadvisor.model.ratio import EnvironmentRatio
from perfadvisor.model.result import Better, Cell, Trust, worst
from perfadvisor.model.rule import Finding
from perfadvisor.model.run import Run
from perfadvisor.model.workload import FEWEST_HAND_OVERS, FEWEST_RUNS, Environment, Workload

ALPHA = 0.05
EMULATED = "the guest's CPUs are emulated: its speed says nothing of a real one"

Tables = Mapping[str, FactTable]


def ratios(run: Run, cells: Iterable[Cell], tables: Tables) -> tuple[EnvironmentRatio, ...]:
    """One row per environment with a parent in the run, workload and metric of it, in the order of the cells. The
    reasons for a gap come later, with `explained`, because findings may rest on these ratios."""
    by_place = {(cell.workload, cell.environment): cell for cell in cells}
    environments = {environment.name: environment for environment in run.environments}
    return tuple(
        row
        for (workload, name), cell in by_place.items()
        if (environment := environments.get(name)) and (parent := by_place.get((workload, environment.parent)))
        for row in _rows(
            run.workloads[workload],
            cell,
            parent,
            tables,
            emulated=_emulated(environment, environments, tables),
            fewest=FEWEST_HAND_OVERS if environment.takes_device else FEWEST_RUNS,
        )
    )


def explained(
    found: Iterable[EnvironmentRatio], findings: Iterable[Finding], tables: Tables
) -> tuple[EnvironmentRatio, ...]:
    """The rows with the findings that explain each gap, the one that can explain most first."""
    known = tuple(findings)
    return tuple(
        replace(row, explanations=causes(row, known, tables.get(row.environment), tables.get(row.parent)))
        for row in found
    )


def for_rules(found: Iterable[EnvironmentRatio], workloads: Mapping[str, Workload]) -> dict[str, float | str]:
    """`workload@environment` -> the headline's ratio turned so that less is worse, or why rules get none."""
    given: dict[str, float | str] = {}
    for row in found:
        if row.metric != next(iter(workloads[row.workload].metrics), ""):
            continue
        ratio = 1 / row.ratio if row.ratio and row.better == "lower" else row.ratio
        reason = EMULATED if row.emulated else row.withheld or "no ratio could be computed"
        given[f"{row.workload}@{row.environment}"] = reason if row.emulated or ratio is None else ratio
    return given


def _rows(
    workload: Workload, cell: Cell, parent: Cell, tables: Tables, *, emulated: bool, fewest: int
) -> Iterator[EnvironmentRatio]:
    own, others = tables.get(cell.environment), tables.get(parent.environment)
    withheld = why_not_alike(cell, parent, own, others)
    for metric in workload.metrics:
        first, second = _by_repeat(cell, metric), _by_repeat(parent, metric)
        better = _better(cell, metric) or _better(parent, metric)
        reason = _unsound(cell) or _unsound(parent) or withheld or _nothing(cell, first) or _nothing(parent, second)
        ratio, low, high, n = (None, None, None, 0) if reason else _ratio(first, second, fewest)
        yield EnvironmentRatio(
            workload=cell.workload,
            metric=metric,
            better=better,
            environment=cell.environment,
            parent=parent.environment,
            ratio=ratio,
            low=low,
            high=high,
            n=n or min(len(first), len(second)),
            trust=worst((cell.trust, parent.trust)),
            withheld=reason or ("" if ratio is not None else "a value of zero or below has no ratio"),
            note=note(own, others),
            emulated=emulated,
            counters=_counters(cell),
        )


def _by_repeat(cell: Cell, metric: str) -> dict[int, list[float]]:
    """Repeat -> the values of its trials; one, or those of a block."""
    found: dict[int, list[float]] = {}
    for result in cell.used:
        values = [sample.value for sample in result.output.samples if sample.metric == metric]
        if values and isfinite(values[0]):
            found.setdefault(result.trial.repeat, []).append(values[0])
    return found


def _ratio(
    first: Mapping[int, list[float]], second: Mapping[int, list[float]], fewest: int
) -> tuple[float | None, float | None, float | None, int]:
    """(ratio, low, high, pairs): of pairs where there are enough, else of the medians and without an interval."""
    flat = [value for side in (first, second) for values in side.values() for value in values]
    if any(value <= 0 for value in flat):
        return None, None, None, 0
    shared = sorted(first.keys() & second.keys())
    logs = [fmean(map(log, first[repeat])) - fmean(map(log, second[repeat])) for repeat in shared]
    if len(logs) < fewest:
        middle = median([v for values in first.values() for v in values])
        return middle / median([v for values in second.values() for v in values]), None, None, len(logs)
    from perfadvisor.analyse.statistics.effect import quantile  # imports scipy

    half = quantile(len(logs) - 1, ALPHA) * stdev(logs) / sqrt(len(logs))
    centre = fmean(logs)
    return exp(centre), exp(centre - half), exp(centre + half), len(logs)


def _nothing(cell: Cell, values: Mapping[int, list[float]]) -> str:
    return "" if values else f"nothing was measured in {cell.environment}{f': {cell.reason}' if cell.reason else ''}"


def _unsound(cell: Cell) -> str:
    """Why no ratio may rest on this cell, "" where one may."""
    if cell.trust.sound:
        return ""
    said = "was not measured" if cell.trust is Trust.NOT_MEASURED else f"is {cell.trust}"
    return f"the result in {cell.environment} {said}: {cell.why}"


def _better(cell: Cell, metric: str) -> Better:
    return next((estimate.better for estimate in cell.estimates if estimate.metric == metric), "")


COUNTERS = ("interrupts.per_s", "context_switches.per_s", "kvm.exits_per_s", "cpu.steal_share")


def _counters(cell: Cell) -> dict[str, float]:
    """The medians over the trials of what was counted while they ran."""
    usable = cell.used
    found = {name: [one.deltas[name] for one in usable if name in one.deltas] for name in COUNTERS}
    return {name: median(values) for name, values in found.items() if values}


def _emulated(environment: Environment, all_of_them: Mapping[str, Environment], tables: Tables) -> bool:
    """Whether this environment, or one it runs in, has emulated CPUs."""
    for _ in range(len(all_of_them) + 1):
        table, parent = tables.get(environment.name), tables.get(environment.parent)
        if environment.emulated or (table and table.value("environment.hypervisor") == "qemu"):
            return True
        if table and _defined_so(table, parent):
            return True
        if environment.parent not in all_of_them:
            return False
        environment = all_of_them[environment.parent]
    return False


def _defined_so(table: FactTable, parent: FactTable | None) -> bool:
    domain = table.value("environment.domain")
    return bool(parent and isinstance(domain, str) and parent.value("vm.emulated", domain))
