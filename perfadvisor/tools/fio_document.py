"""One JSON document of fio, of any version from 2.0 on, in one set of units: nanoseconds, bytes, milliseconds.

fio 2 printed latencies in microseconds under "clat" and amounts in KiB; fio 3 prints nanoseconds under "clat_ns" and
bytes (fio's git commit d6bb626ef6, "convert to nanosecond latency", and stat.c). The key says which, not the version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from perfadvisor.tools.numbers import at, clean, integer, number, objects, text

# "mixed" are reads and writes counted together (unified_rw_reporting=1).
DIRECTIONS = ("read", "write", "trim", "sync", "mixed")
LATENCIES = ("slat", "clat", "lat")
_SCALES = (("_ns", 1, "ns"), ("", 1000, "us"))
FEWEST_SAMPLES = 10  # of the rate, to speak of its variation: 5 s at the usual interval


@dataclass(frozen=True, kw_only=True, slots=True)
class FioLatency:
    """A latency distribution in nanoseconds. `bins` (json+ only) map the middle of each bin to its count; `json_unit`
    is what the file had; `count` is None before fio 3."""

    count: int | None
    mean_ns: float | None
    min_ns: float | None
    max_ns: float | None
    percentiles_ns: Mapping[float, float]
    bins: Mapping[int, int]
    json_unit: str

    @property
    def taken(self) -> bool:
        """Whether it was measured: fio prints zeros for a latency it was set not to take (gtod_reduce, disable_lat).
        Version 3 says N 0 then; before it, only a largest value of 0 shows that."""
        return bool(self.count) if self.count is not None else self.max_ns != 0


@dataclass(frozen=True, kw_only=True, slots=True)
class FioDirection:
    """What went one way. `io_bytes_unit` is what the file's `io_bytes` is in ("bytes", "KiB"), or "unclear" where it
    fits neither with bandwidth times run time. `rate_variation` is the standard deviation of fio's samples of the rate
    (two a second) over their mean."""

    name: str
    iops: float | None
    bytes_per_s: float | None
    io_bytes: float | None
    io_bytes_unit: str
    total_ios: int | None
    runtime_ms: float | None
    latencies: Mapping[str, FioLatency]
    rate_variation: float | None = None

    @property
    def taken(self) -> dict[str, FioLatency]:
        """The latencies that were measured."""
        return {kind: latency for kind, latency in self.latencies.items() if latency.taken}

    @property
    def moved(self) -> bool:
        """Whether anything was done in this direction. For syncs after a ramp time fio 3.33 says total_ios 0."""
        return bool(self.total_ios or self.io_bytes or any(latency.count for latency in self.latencies.values()))


@dataclass(frozen=True, kw_only=True, slots=True)
class FioJob:
    """One entry of "jobs": one job, or a whole group under group_reporting. `options` are texts, as fio prints them;
    `host` is the one that --client asked, "" without; `steady` says whether the steady state asked for was attained;
    `depth_shares` map the lower end of a queue depth bucket (1, 2, 4 ... 64) to the share of I/Os in it."""

    name: str
    host: str
    error: int
    group: int | None
    io_errors: int
    options: Mapping[str, str]
    directions: tuple[FioDirection, ...]
    usr_cpu_share: float | None
    sys_cpu_share: float | None
    depth_shares: Mapping[int, float]
    steady: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FioRun:
    """One document. `disks` map a disk to the share of time it was busy."""

    version: str
    timestamp: float | None
    global_options: Mapping[str, str]
    jobs: tuple[FioJob, ...]
    disks: Mapping[str, float] = field(default_factory=dict)


def read(document: Mapping[str, Any]) -> FioRun:
    """The document as a run; whatever is missing or impossible in it is left out."""
    milliseconds = number(document, "timestamp_ms")
    return FioRun(
        version=text(document, "fio version") or "",
        timestamp=milliseconds / 1000 if milliseconds is not None else number(document, "timestamp"),
        global_options=_options(document.get("global options")),
        jobs=tuple(_job(job) for job in _entries(document)),
        disks=_disks(document),
    )


def is_fio(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object looks like fio's."""
    return "fio version" in document or isinstance(document.get("jobs"), list)


def _entries(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The jobs; with --client they are called client_stats, and their sum is among them under a name of its own, which
    counts where nothing else was kept."""
    found = list(objects(document, "client_stats"))
    clients = [entry for entry in found if entry.get("jobname") != "All clients"]
    return [*objects(document, "jobs"), *(clients or found)]


def _job(job: Mapping[str, Any]) -> FioJob:
    found = [_direction(name, job[name]) for name in DIRECTIONS if isinstance(job.get(name), dict)]
    if any(way.moved for way in found if way.name in ("read", "write")):  # unified_rw_reporting=both counts twice
        found = [way for way in found if way.name != "mixed"]
    return FioJob(
        name=text(job, "jobname") or "",
        host=text(job, "hostname") or "",
        error=integer(job, "error") or 0,
        group=integer(job, "groupid"),
        io_errors=integer(job, "total_err") or 0,
        options=_options(job.get("job options")),
        directions=tuple(found),
        usr_cpu_share=_share(job, "usr_cpu"),
        sys_cpu_share=_share(job, "sys_cpu"),
        depth_shares=_depths(job),
        steady=_flag(integer(job, "steadystate", "attained")),
    )


def _flag(value: int | None) -> bool | None:
    return None if value is None else value > 0


def _options(found: object) -> dict[str, str]:
    return {clean(name): clean(str(value)) for name, value in found.items()} if isinstance(found, dict) else {}


def _share(found: object, *keys: str) -> float | None:
    percent = number(found, *keys)
    return None if percent is None else percent / 100


def _depths(job: Mapping[str, Any]) -> dict[int, float]:
    levels = at(job, "iodepth_level")
    if not isinstance(levels, dict):
        return {}
    pairs = ((integer(name.removeprefix(">=")), _share(levels, name)) for name in levels)
    return {depth: share for depth, share in pairs if depth is not None and share is not None}


def _disks(document: Mapping[str, Any]) -> dict[str, float]:
    found = ((text(disk, "name"), _share(disk, "util")) for disk in objects(document, "disk_util"))
    return {name: share for name, share in found if name and share is not None}


def _direction(name: str, found: Mapping[str, Any]) -> FioDirection:
    in_bytes = number(found, "bw_bytes")
    in_kib = number(found, "bw")
    rate = in_bytes if in_bytes is not None else (None if in_kib is None else in_kib * 1024)
    unit = _io_bytes_unit(found, rate)
    amount = number(found, "io_bytes")
    return FioDirection(
        name=name,
        iops=number(found, "iops"),
        bytes_per_s=rate,
        io_bytes=amount * 1024 if amount is not None and unit == "KiB" else amount,
        io_bytes_unit=unit,
        total_ios=integer(found, "total_ios"),
        runtime_ms=number(found, "runtime"),
        latencies=dict(_latencies(found)),
        rate_variation=_variation(found),
    )


def _variation(found: Mapping[str, Any]) -> float | None:
    """Of I/Os per second where the version samples them (3.1), else of the bandwidth; None with too few samples."""
    for kind in ("iops", "bw"):
        samples, mean = integer(found, f"{kind}_samples"), number(found, f"{kind}_mean")
        deviation = number(found, f"{kind}_stddev" if kind == "iops" else "bw_dev")
        if mean and deviation is not None and (samples is None or samples >= FEWEST_SAMPLES):
            return deviation / mean
    return None


def _io_bytes_unit(found: Mapping[str, Any], rate: float | None) -> str:
    """Decided by what fits: fio computes bandwidth as bytes over run time, so the two agree in the right unit; to a
    KiB/s, because early fio 3 rounds down to that."""
    amount, runtime = number(found, "io_bytes"), number(found, "runtime")
    if not amount or not runtime or not rate:
        return "bytes" if "bw_bytes" in found else "KiB"
    for unit, scale in (("bytes", 1), ("KiB", 1024)):
        if abs(amount * scale * 1000 / runtime - rate) <= max(0.05 * rate, 1024):
            return unit
    return "unclear"


def _latencies(found: Mapping[str, Any]) -> list[tuple[str, FioLatency]]:
    result = []
    for name in LATENCIES:
        for suffix, scale, unit in _SCALES:
            held = found.get(name + suffix)
            if isinstance(held, dict):
                result.append((name, _latency(held, scale, unit)))
                break
    return result


def _latency(held: Mapping[str, Any], scale: int, unit: str) -> FioLatency:
    def scaled(key: str) -> float | None:
        value = number(held, key)
        return None if value is None else value * scale

    return FioLatency(
        count=integer(held, "N"),
        mean_ns=scaled("mean"),
        min_ns=scaled("min"),
        max_ns=scaled("max"),
        percentiles_ns=_percentiles(held.get("percentile"), scale),
        bins=_bins(held.get("bins"), scale),
        json_unit=unit,
    )


def _percentiles(found: object, scale: int) -> dict[float, float]:
    """Percentile -> nanoseconds. fio 2 fills its list up with "0.00": those are none."""
    if not isinstance(found, dict):
        return {}
    pairs = ((number(name), number(found, name)) for name in found)
    return {at: value * scale for at, value in pairs if at is not None and value is not None and 0 < at <= 100}


def _bins(found: object, scale: int) -> dict[int, int]:
    if not isinstance(found, dict):
        return {}
    pairs = ((integer(name), integer(found, name)) for name in found)
    return {
        value * scale: count
        for value, count in sorted((v, c) for v, c in pairs if v is not None and c is not None)
        if value >= 0 and count > 0
    }
