"""Results as they stand in tables: one group a kind of device, one row a workload and environment."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from perfadvisor.analyse.ceilings.ceiling import percent
from perfadvisor.analyse.results.page_walks import page_walks
from perfadvisor.formatting import count_of, interval, quantity, setting
from perfadvisor.model.result import Cell, Estimate, Trust, replaced
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Workload
from perfadvisor.report.ceilings import NONE, Ceilings, limits_of
from perfadvisor.report.dips import dip_words
from perfadvisor.report.seconds import Seconds, seconds
from perfadvisor.report.strip import Strip, span_of, strip
from perfadvisor.report.view import ReportView
from perfadvisor.report.words import PERCENTILES, metric_words

DEVICE_ORDER = ("storage", "network", "memory", "dma", "mapping")
FULL_COVERAGE = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One metric of one cell in words: `198 k IOPS`, `195 to 201`, and the same with every digit for titles."""

    metric: str
    words: str
    median: str
    interval: str
    coverage: str
    n: int
    exact: str
    estimate: Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultRow:
    """One workload in one environment. `main` are the measures of the table, `all` those of the details; `ceilings` are
    the limits beside it, `walks` what of its latency the page walks are, "" where that is not known."""

    cell: Cell
    anchor: str
    title: str
    main: tuple[tuple[Measure, Strip], ...]
    all: tuple[Measure, ...]
    ceilings: Ceilings = NONE
    walks: str = ""

    @property
    def dips(self) -> tuple[str, ...]:
        """Where its trials were slower for some seconds, and what moved then."""
        return tuple(dip_words(self.cell))

    @property
    def seconds(self) -> Seconds | None:
        """The seconds within its trials, drawn."""
        return seconds(self.cell)

    @property
    def nothing(self) -> str:
        """Why there is no figure: not measured and the reason, or only counters were read."""
        if self.cell.trust is Trust.NOT_MEASURED:
            return f"not measured: {self.cell.why}"
        return "" if self.main else "counters only: no benchmark ran"

    @property
    def left_out(self) -> tuple[str, ...]:
        """What its figures do not come from, and why."""
        return tuple(left_out(self.cell))


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultGroup:
    """All rows of one kind of device; `span` is the share of the median at either edge of their strips."""

    device: str
    rows: tuple[ResultRow, ...]
    span: float

    @property
    def coverage(self) -> str:
        """What the intervals cover where all rows agree: `94 %`; empty where they do not, or nothing is known."""
        found = {measure.coverage for row in self.rows for measure, _ in row.main}
        return found.pop() if len(found) == 1 else ""


def measure(estimate: Estimate) -> Measure:
    """The words for an estimate."""
    ends = "" if estimate.low is None else f", interval {estimate.low:.7g} to {estimate.high or 0:.7g}"
    coverage = estimate.coverage
    return Measure(
        metric=estimate.metric,
        words=metric_words(estimate.metric),
        median=quantity(estimate.median, estimate.unit),
        interval=interval(estimate.low, estimate.high, estimate.unit, like=estimate.median),
        coverage="" if coverage is None else f"{min(coverage, FULL_COVERAGE):.0%}".replace("%", " %"),
        n=estimate.n,
        exact=f"median {estimate.median:.7g} {estimate.unit}{ends}",
        estimate=estimate,
    )


def workload_of(view: ReportView, cell: Cell) -> Workload | None:
    """The cell's workload, None for numbers that were imported without one."""
    return view.run.workloads.get(cell.workload) if view.run else None


def title_of(view: ReportView, workload_id: str) -> str:
    """What the workload is called; its id where it has no title."""
    workload = view.run.workloads.get(workload_id) if view.run else None
    return (workload.title if workload else "") or workload_id


def device_of(view: ReportView, cell: Cell) -> str:
    """The kind of device a cell is about."""
    workload = workload_of(view, cell)
    return workload.device if workload else cell.workload.partition("/")[0]


def headline(view: ReportView, cell: Cell) -> Estimate | None:
    """The number that judges the cell: the workload's first metric that was measured."""
    workload = workload_of(view, cell)
    by_name = {estimate.metric: estimate for estimate in cell.estimates}
    wanted = (by_name[name] for name in (workload.metrics if workload else ()) if name in by_name)
    return next(wanted, cell.estimates[0] if cell.estimates else None)


def left_out(cell: Cell) -> Iterator[str]:
    """What the cell's numbers do not come from, and why: INVALID runs beside sound ones, disturbed runs that were
    measured again, trials that did not finish."""
    of = count_of(len(cell.trials), "run")
    gone = replaced(cell.trials)
    again = [trial for trial in cell.left_out if trial.trial.number in gone]
    invalid = [trial for trial in cell.left_out if trial.trial.number not in gone]
    failed = [trial for trial in cell.trials if trial.trust is Trust.NOT_MEASURED]
    if again:
        reasons = {doubt.reason for trial in again for doubt in trial.doubts}
        yield f"{len(again)} of {of} measured again and left out of the median: {', '.join(sorted(reasons))}"
    if invalid:
        reasons = {doubt.reason for trial in invalid for doubt in trial.doubts if doubt.trust is Trust.INVALID}
        yield f"{len(invalid)} of {of} INVALID and left out of the median: {', '.join(sorted(reasons))}"
    if failed and cell.finished:
        reasons = {trial.reason or "no reason given" for trial in failed}
        yield f"{len(failed)} of {of} not measured: {', '.join(sorted(reasons))}"


def is_percentile(metric: str) -> bool:
    """Whether the metric is a latency percentile, which has a table of its own."""
    return metric.rpartition("_")[2] in PERCENTILES


def main_estimates(view: ReportView, cell: Cell) -> Iterator[Estimate]:
    """The headline, then the workload's other judging metrics, percentiles left out."""
    head, workload = headline(view, cell), workload_of(view, cell)
    if head is None:
        return
    yield head
    by_name = {estimate.metric: estimate for estimate in cell.estimates}
    for name in workload.metrics if workload else ():
        if name in by_name and name != head.metric and not is_percentile(name):
            yield by_name[name]


def groups(view: ReportView) -> tuple[ResultGroup, ...]:
    """The cells by kind of device, storage first."""
    by_device: dict[str, list[tuple[int, Cell]]] = {}
    for number, cell in enumerate(view.cells, 1):
        by_device.setdefault(device_of(view, cell), []).append((number, cell))
    limits = limits_of(view)
    return tuple(_group(view, device, by_device[device], limits) for device in sorted(by_device, key=_device_order))


def _device_order(device: str) -> tuple[int, str]:
    return (DEVICE_ORDER.index(device) if device in DEVICE_ORDER else len(DEVICE_ORDER)), device


def _group(
    view: ReportView, device: str, numbered: Iterable[tuple[int, Cell]], limits: Callable[[Cell], Ceilings]
) -> ResultGroup:
    cells = list(numbered)
    span = span_of(estimate for _, cell in cells for estimate in main_estimates(view, cell))
    rows = tuple(
        replace(_row(view, number, cell, span), ceilings=limits(cell), walks=walk_words(cell, view.cells))
        for number, cell in cells
    )
    return ResultGroup(device=device, rows=rows, span=span)


def walk_words(cell: Cell, among: Iterable[Cell]) -> str:
    """What of a load over small pages is not memory, "" where that is not known."""
    found = page_walks(cell, among)
    if found is None:
        return ""
    saved = quantity(found.small_ns - found.large_ns, Unit.NANOSECONDS)
    large, left = setting(found.large_bytes, Unit.BYTES), quantity(found.large_ns, Unit.NANOSECONDS)
    return f"about {saved} of a load ({percent(found.share)}) are page walks: over pages of {large} it takes {left}"


def _row(view: ReportView, number: int, cell: Cell, span: float) -> ResultRow:
    main = tuple((measure(estimate), strip(estimate, cell, span)) for estimate in main_estimates(view, cell))
    title = title_of(view, cell.workload)
    every = tuple(map(measure, cell.estimates))
    return ResultRow(
        cell=cell,
        anchor=f"result-{number}",
        title=title,
        main=main,
        all=every,
    )
