"""Latency: a table of percentiles, and histograms brought down to as many bins as an eye can use."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import floor, log10

from perfadvisor.formatting import quantity
from perfadvisor.model.result import Cell, Estimate
from perfadvisor.model.units import Unit
from perfadvisor.report.results import ResultGroup, ResultRow
from perfadvisor.report.words import PERCENTILES

MOST_BINS = 40
PER_DECADE = (20, 10, 5, 2, 1)
SHORTEST_NS, LONGEST_NS = 1.0, 1e15  # eleven days: what a tool counts beyond stands at the end


@dataclass(frozen=True, kw_only=True, slots=True)
class LatencyRow:
    """One direction of one cell: an estimate or None for each column."""

    row: ResultRow
    side: str
    values: tuple[Estimate | None, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LatencyTable:
    """The latencies of a group of workloads; `columns` are the names over the values."""

    columns: tuple[str, ...]
    rows: tuple[LatencyRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """How many completions took longer than `low_ns` and at most `high_ns`."""

    low_ns: float
    high_ns: float
    count: int

    @property
    def label(self) -> str:
        """The bin's upper end in words."""
        return quantity(self.high_ns, Unit.NANOSECONDS)


def latencies(group: ResultGroup) -> LatencyTable | None:
    """The latency table of a group, with the columns that any of its rows has; None where no row has any."""
    found = [(row, side, values) for row in group.rows for side, values in sides(row.cell)]
    keys = [key for key in ("mean", *PERCENTILES) if any(key in values for _, _, values in found)]
    if not keys or keys == ["mean"]:
        return None
    rows = tuple(LatencyRow(row=row, side=side, values=tuple(map(values.get, keys))) for row, side, values in found)
    return LatencyTable(columns=tuple(PERCENTILES.get(key, key) for key in keys), rows=rows)


def sides(cell: Cell) -> Iterator[tuple[str, dict[str, Estimate]]]:
    """Read and write apart, each with its latencies by "mean", "p50" and so on: total latency where percentiles of it
    are known, else completion latency, which is noted."""
    sides: dict[str, dict[str, dict[str, Estimate]]] = {}
    for estimate in cell.estimates:
        side, _, name = estimate.metric.rpartition(".")
        kind, _, key = name.rpartition("_")
        if kind in ("lat", "clat") and (key in PERCENTILES or key == "mean"):
            sides.setdefault(side, {}).setdefault(kind, {})[key] = estimate
    for side, kinds in sides.items():
        if kinds.get("lat", {}).keys() & PERCENTILES.keys() or "clat" not in kinds:
            yield side, kinds["lat"]
        else:
            yield f"{side} (completion)", kinds["clat"]


def histogram(cell: Cell, metric: str) -> tuple[Bin, ...]:
    """The completions of one histogram in all trials that the numbers come from, in at most 40 bins of equal width on a
    logarithmic scale."""
    counts: Counter[float] = Counter()
    for trial in cell.used:
        for found in trial.output.histograms:
            if found.metric == metric:
                counts.update(dict(_usable(zip(found.edges_ns, found.counts, strict=False))))
    edges = sorted(edge for edge, count in counts.items() if count)
    if not edges:
        return ()
    per_decade = _resolution(edges[0], edges[-1])
    return tuple(_rebinned(counts, per_decade))


def _usable(pairs: Iterable[tuple[float, int]]) -> Iterator[tuple[float, int]]:
    merged: Counter[float] = Counter()
    for edge, count in pairs:
        if edge > 0 and count > 0:
            merged[min(max(edge, SHORTEST_NS), LONGEST_NS)] += count
    yield from merged.items()


def _resolution(low: float, high: float) -> int:
    decades = log10(high) - log10(low)
    return next((step for step in PER_DECADE if decades * step + 1 <= MOST_BINS), 1)


def _rebinned(counts: Counter[float], per_decade: int) -> Iterator[Bin]:
    binned: Counter[int] = Counter()
    for edge, count in counts.items():
        if count:
            binned[floor(log10(edge) * per_decade - 1e-9)] += count
    for step in range(min(binned), max(binned) + 1):
        low, high = 10 ** (step / per_decade), 10 ** ((step + 1) / per_decade)
        yield Bin(low_ns=low, high_ns=high, count=binned[step])


def histogram_metrics(cell: Cell) -> tuple[str, ...]:
    """The names of the histograms any of the cell's trials has."""
    return tuple(sorted({found.metric for trial in cell.used for found in trial.output.histograms}))
