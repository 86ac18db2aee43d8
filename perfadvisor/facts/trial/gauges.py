"""What was read once a second while a trial ran, summed up. A row holds `t` (seconds since the trial began), `cost_s`
(CPU time of the reading itself) and whichever of the gauges below could be read."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

# name -> how its rows are summed up into which delta
_MEAN = {
    "procs_running": "gauge.procs_running_mean",
    "tool_runnable": "gauge.tool_runnable_mean",
    "cpus": "gauge.cpus",
    "remote_cpu_share": "gauge.remote_cpu_share",
}
# Counts taken one after the other: tasks that sleep and wake ten thousand times a second make it stray both ways.
_DIFFERENCE = {"other_runnable": "gauge.other_runnable_mean"}
_LOWEST = {
    "frequency_hz": "gauge.frequency_min_hz",
    "link_speed_gtps": "gauge.link_speed_min_gtps",
    "link_width": "gauge.link_width_min",
}
_HIGHEST = {"frequency_hz": "gauge.frequency_max_hz"}

# Counts that only rise: the rise over the measured time, a second.
_RATE = {
    "tool_wait_ns": "gauge.tool_wait_ns_per_s",
    "tool_cpu_ns": "gauge.tool_cpu_ns_per_s",
    "disk_read_bytes": "gauge.disk_read_bytes_per_s",
    "disk_write_bytes": "gauge.disk_write_bytes_per_s",
}

# CPU time so far: of the whole machine without its interrupts, and of perfadvisor with all that it started.
_TIMES = ("user_ns", "system_ns", "our_user_ns", "our_system_ns")
_USER_LEAST = 0.05  # judgement: daemons of a quiet machine stay below a twentieth of a CPU

Row = Mapping[str, Any]


def deltas(rows: Sequence[Row], *, warmup_s: float = 0.0, seconds: float) -> dict[str, float]:
    """Name -> value, as `TrialResult.deltas` holds them. Rows of the warm-up do not count, but their cost does."""
    if not rows:
        return {}
    measured = [row for row in rows if _number(row.get("t")) is not None and row["t"] >= warmup_s]
    found = {"gauge.samples": float(len(measured))}
    cost = [value for row in rows if (value := _number(row.get("cost_s"))) is not None]
    if seconds > 0:
        found["gauge.reader_cpu_share"] = sum(cost) / seconds
    for name, delta in _MEAN.items():
        if values := _values(measured, name):
            found[delta] = sum(values) / len(values)
    for name, delta in _DIFFERENCE.items():
        if values := _values(measured, name):
            found[delta] = max(0.0, sum(values) / len(values))
    for name, delta in _LOWEST.items():
        if values := _values(measured, name):
            found[delta] = min(values)
    for name, delta in _HIGHEST.items():
        if values := _values(measured, name):
            found[delta] = max(values)
    others = other_cpus(measured)
    return found | dict(_rates(measured)) | ({} if others is None else {"gauge.other_cpus": others})


def other_cpus(rows: Sequence[Row]) -> float | None:
    """How many CPUs other people's programs kept busy: a difference of times, which unlike a count of runnable threads
    does not stray while threads sleep and wake. The kernel's own threads have no user time and work for whoever does
    I/O: where no other program runs in user mode, the system time is theirs and no other work."""
    known = [[float(row["t"]), *times] for row in rows if len(times := _values([row], *_TIMES)) == len(_TIMES)]
    seconds = known[-1][0] - known[0][0] if known else 0.0
    if seconds <= 0:
        return None
    user, system, our_user, our_system = (
        (after - before) / 1e9 / seconds for before, after in zip(known[0][1:], known[-1][1:], strict=True)
    )
    others = user - our_user
    return max(0.0, others + (system - our_system if others >= _USER_LEAST else 0.0))


def _rates(rows: Sequence[Row]) -> Iterator[tuple[str, float]]:
    """Between the first and the last row of the measured time, so that nothing of the warm-up is in it. A count that
    fell is unknown: a thread or the disk went away meanwhile."""
    for name, delta in _RATE.items():
        points = [(float(row["t"]), value) for row in rows if (value := _number(row.get(name))) is not None]
        seconds = points[-1][0] - points[0][0] if points else 0.0
        if seconds > 0 and all(later[1] >= earlier[1] for earlier, later in pairwise(points)):
            yield delta, (points[-1][1] - points[0][1]) / seconds


def _values(rows: Sequence[Row], *names: str) -> list[float]:
    return [value for row in rows for name in names if (value := _number(row.get(name))) is not None]


def _number(value: object) -> float | None:
    """A finite number; rows come out of files."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e300 else None
