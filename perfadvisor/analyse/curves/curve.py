"""The curves in a run: workloads that differ in one parameter alone, by environment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from perfadvisor.analyse.curves.frontier import Choice, frontier
from perfadvisor.analyse.curves.knee import Knee, LoadPoint, knee
from perfadvisor.model.result import Better, Cell, Estimate
from perfadvisor.model.workload import FEWEST_POINTS, VARIED, Workload, differing

BUSY = "gauge.tool_cpu_ns_per_s"
CONCURRENCY = ("iodepth", "numjobs", "streams", "processes", "threads")  # more in flight: a knee
HIGHER: Better = "higher"
RATES = ("read.iops", "write.iops", "mixed.iops", "round_trip.iops", "bits_per_s")  # where no metric is a rate


@dataclass(frozen=True, kw_only=True, slots=True)
class CurvePoint:
    """One value of the parameter: its cell, the throughput, and latencies where the tool gave them; `cpus` is how many
    CPUs the tool kept busy."""

    value: int
    cell: Cell
    throughput: Estimate
    median_latency: Estimate | None
    tail_latency: Estimate | None
    cpus: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """The points of one workload in one environment, in ascending order of the parameter; `workload` is its name with
    what else was changed of it. `knee` is None for a parameter that is not a concurrency; `frontier` has the values
    that no other beats in throughput, latency and CPU time at once (perfadvisor.analyse.curves.frontier)."""

    workload: str
    environment: str
    parameter: str
    points: tuple[CurvePoint, ...]
    knee: Knee | None
    frontier: tuple[int, ...] = ()


def curves(cells: Sequence[Cell], workloads: Mapping[str, Workload]) -> tuple[Curve, ...]:
    """Every curve of at least three points, in the order of the cells. INVALID points are shown, and the knee is
    that of the others."""
    groups: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        if cell.workload in workloads and cell.estimates:
            groups.setdefault((cell.workload.partition(VARIED)[0], cell.environment), []).append(cell)
    found = (_curve(environment, group, workloads) for (_, environment), group in groups.items())
    return tuple(curve for curve in found if curve is not None)


def _curve(environment: str, cells: Sequence[Cell], workloads: Mapping[str, Workload]) -> Curve | None:
    parameter = differing([workloads[cell.workload] for cell in cells])
    if not parameter:
        return None
    points = sorted(_points(cells, parameter, workloads), key=lambda point: point.value)
    if len(points) < FEWEST_POINTS:
        return None
    sound = [point for point in points if point.cell.trust.sound]
    bend = knee([_load(point) for point in sound]) if parameter in CONCURRENCY else None
    return Curve(
        workload=_without(cells[0].workload, parameter), environment=environment, parameter=parameter,
        points=tuple(points), knee=bend, frontier=frontier([_choice(point) for point in sound]),
    )  # fmt: skip


def _load(point: CurvePoint) -> LoadPoint:
    rate = point.throughput
    return LoadPoint(value=point.value, throughput=rate.median, low=rate.low, high=rate.high)


def _choice(point: CurvePoint) -> Choice:
    rate, latency = point.throughput.median, point.median_latency
    return Choice(
        value=point.value,
        throughput=rate,
        latency=latency.median if latency else None,
        cpu=point.cpus / rate if point.cpus is not None and rate > 0 else None,
    )


def _cpus(cell: Cell) -> float | None:
    """The median over its trials."""
    known = [trial.deltas[BUSY] / 1e9 for trial in cell.used if BUSY in trial.deltas]
    return median(known) if known else None


def _without(id: str, parameter: str) -> str:
    """The name with what else was changed in all points."""
    return VARIED.join(word for word in id.split(VARIED) if not word.startswith(f"{parameter}="))


def _points(cells: Sequence[Cell], parameter: str, workloads: Mapping[str, Workload]) -> Iterator[CurvePoint]:
    for cell in cells:
        value = workloads[cell.workload].parameters.get(parameter)
        by_name = {estimate.metric: estimate for estimate in cell.estimates}
        metrics = (*workloads[cell.workload].metrics, *RATES)
        head = next((by_name[name] for name in metrics if name in by_name and by_name[name].better == HIGHER), None)
        if isinstance(value, int) and not isinstance(value, bool) and head is not None:
            way = head.metric.rpartition(".")[0]
            yield CurvePoint(
                value=value,
                cell=cell,
                throughput=head,
                median_latency=by_name.get(f"{way}.lat_p50") or by_name.get("rtt_mean"),
                tail_latency=by_name.get(f"{way}.lat_p99"),
                cpus=_cpus(cell),
            )
