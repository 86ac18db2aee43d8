"""A fio output file as facts: everything it says, in one set of units, with what was around the JSON."""

from collections.abc import Iterator

from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature, Scalar
from perfadvisor.model.units import Unit
from perfadvisor.tools.fio_document import FioDirection, FioJob, FioLatency, FioRun
from perfadvisor.tools.fio_parse import failure, percentile_name
from perfadvisor.tools.fio_text import FioText, take_apart

_NS, _S, _B, _IOPS = Unit.NANOSECONDS, Unit.NONE, Unit.BYTES, Unit.IOPS
_Rows = tuple[tuple[str, type[bool] | type[int] | type[float] | type[str], Unit, str], ...]

_FILE: _Rows = (
    ("bom", bool, _S, "the file starts with a byte order mark"),
    ("has_json", bool, _S, "there is a JSON document of fio in it"),
    ("json_documents", int, Unit.COUNT, "JSON documents in it (--status-interval prints several)"),
    ("used_document", int, _S, "the place of the document that counts, the last one, from 0"),
    ("text_before_json", str, _S, "what was printed before the JSON: notes, errors"),
    ("text_after_json", bool, _S, "something was printed after it"),
    ("text_head", str, _S, "the first 200 characters of a file without JSON"),
    ("error_codes", str, _S, "the err= numbers of fio's messages, in order"),
    ("terse_fields", int, Unit.COUNT, "fields of a terse line"),
    ("interrupted", bool, _S, "fio was ended by a signal"),
    ("failed", bool, _S, "there is no usable result"),
    ("failure", str, _S, "why there is none"),
    ("version", str, _S, "fio's version"),
    ("job_entries", int, Unit.COUNT, "entries of jobs; a group is one entry under group_reporting"),
)
_TOTAL: _Rows = (
    ("iops", float, _IOPS, "I/Os per second, all entries together"),
    ("bytes_per_s", float, Unit.BYTES_PER_SECOND, "bandwidth, all entries together"),
    ("entries", int, Unit.COUNT, "entries that moved something this way"),
    ("worst_clat_p99", float, _NS, "the highest 99th percentile of completion latency of any entry"),
    ("worst_lat_p99", float, _NS, "the highest 99th percentile of total latency of any entry"),
)
_JOB: _Rows = (
    ("name", str, _S, "the job's name"),
    ("error", int, _S, "errno the job ended with; 0 also for some that failed"),
    ("group", int, _S, "reporting group"),
    ("usr_cpu_share", float, Unit.RATIO, "share of a CPU in user space"),
    ("sys_cpu_share", float, Unit.RATIO, "share of a CPU in the kernel"),
)
_DIRECTION: _Rows = (
    ("iops", float, _IOPS, "I/Os per second"),
    ("bytes_per_s", float, Unit.BYTES_PER_SECOND, "bandwidth"),
    ("total_ios", int, Unit.COUNT, "I/Os done"),
    ("runtime", float, Unit.MILLISECONDS, "time measured"),
    ("io_bytes", float, _B, "bytes moved"),
    ("io_bytes_unit", str, _S, "what the file's io_bytes is in, derived from the bandwidth"),
)
_SHOWN = (50.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.99)
_LATENCY: _Rows = (
    ("mean", float, _NS, "mean"),
    ("min", float, _NS, "lowest"),
    ("max", float, _NS, "highest"),
    ("json_unit", str, _S, "what the file's numbers are in: us before fio 3"),
    ("bins", int, Unit.COUNT, "bins of the distribution (json+)"),
    ("bins_samples", int, Unit.COUNT, "I/Os in those bins"),
    *((percentile_name(at), float, _NS, f"{at:g}th percentile") for at in _SHOWN),
)
_KINDS: dict[str, _Rows] = {
    "fio": _FILE,
    "fio_total": _TOTAL,
    "fio_job": _JOB,
    "fio_option": (("value", str, _S, "an option as fio prints it; subject: entry or `global`, and its name"),),
    "fio_direction": _DIRECTION,
    "fio_latency": _LATENCY,
    "fio_disk": (("busy_share", float, Unit.RATIO, "share of the time the disk was busy"),),
}


def _nature(kind: type) -> Nature:
    """Numbers in a result are measured; names, modes and yes/no values say what was asked for."""
    return Nature.MEASURED if kind in (int, float) else Nature.SETTING


CATALOGUE: tuple[FactSpec, ...] = tuple(
    FactSpec(
        name=f"{kind}.{name}",
        type=type,
        unit=unit,
        subject="" if kind == "fio" else kind,
        meaning=meaning,
        nature=_nature(type),
    )
    for kind, rows in _KINDS.items()
    for name, type, unit, meaning in rows
)
_SPECS = {spec.name: spec for spec in CATALOGUE}
_Found = Iterator[tuple[str, str, Scalar | None]]  # fact name, subject, value


def facts(data: bytes, source: str = "") -> Iterator[Fact | Absent]:
    """Every fact of a file fio wrote; `source` is what the facts say they are from."""
    found = take_apart(data)
    for name, subject, value in _all(found):
        spec = _SPECS[name]
        if spec.type is float and type(value) is int:
            value = float(value)
        yield spec.given(value, source=source, subject=subject, reason="not in this file")


def _all(found: FioText) -> _Found:
    yield from _file(found)
    if found.run is None:
        return
    yield from _totals(found.run)
    for place, job in enumerate(found.run.jobs):
        yield from _job(str(place), job)
    for name, value in found.run.global_options.items():
        yield "fio_option.value", f"global/{name}", value
    for name, share in found.run.disks.items():
        yield "fio_disk.busy_share", name, share


def _file(found: FioText) -> _Found:
    has_json = found.used is not None
    reason = failure(found)
    values: dict[str, Scalar | None] = {
        "bom": found.json.bom,
        "has_json": has_json,
        "json_documents": len(found.json.documents),
        "used_document": found.used,
        "text_before_json": found.json.around[0] if has_json else None,
        "text_after_json": bool(found.json.around[-1]) if has_json else None,
        "text_head": None if has_json else found.json.text[:200],
        "error_codes": ",".join(map(str, found.error_codes)),
        "terse_fields": found.terse_fields or None,
        "interrupted": found.interrupted,
        "failed": bool(reason),
        "failure": reason or None,
        "version": found.run.version or None if found.run else None,
        "job_entries": len(found.run.jobs) if found.run else None,
    }
    return ((f"fio.{name}", "", value) for name, value in values.items())


def _totals(run: FioRun) -> _Found:
    for name in ("read", "write", "trim", "mixed"):
        ways = [way for job in run.jobs for way in job.directions if way.name == name and way.moved]
        if not ways:
            continue
        yield "fio_total.iops", name, sum(way.iops or 0.0 for way in ways)
        yield "fio_total.bytes_per_s", name, sum(way.bytes_per_s or 0.0 for way in ways)
        yield "fio_total.entries", name, len(ways)
        for kind in ("clat", "lat"):
            worst = [way.latencies[kind].percentiles_ns.get(99.0) for way in ways if kind in way.latencies]
            yield f"fio_total.worst_{kind}_p99", name, max((p for p in worst if p is not None), default=None)


def _job(subject: str, job: FioJob) -> _Found:
    yield "fio_job.name", subject, job.name
    yield "fio_job.error", subject, job.error
    yield "fio_job.group", subject, job.group
    yield "fio_job.usr_cpu_share", subject, job.usr_cpu_share
    yield "fio_job.sys_cpu_share", subject, job.sys_cpu_share
    for name, value in job.options.items():
        yield "fio_option.value", f"{subject}/{name}", value
    for way in job.directions:
        if way.moved:
            yield from _direction(f"{subject}/{way.name}", way)


def _direction(subject: str, way: FioDirection) -> _Found:
    yield "fio_direction.iops", subject, way.iops
    yield "fio_direction.bytes_per_s", subject, way.bytes_per_s
    yield "fio_direction.total_ios", subject, way.total_ios
    yield "fio_direction.runtime", subject, way.runtime_ms
    yield "fio_direction.io_bytes", subject, way.io_bytes
    yield "fio_direction.io_bytes_unit", subject, way.io_bytes_unit
    for kind, latency in way.latencies.items():
        yield from _latency(f"{subject}/{kind}", latency)


def _latency(subject: str, latency: FioLatency) -> _Found:
    yield "fio_latency.mean", subject, latency.mean_ns
    yield "fio_latency.min", subject, latency.min_ns
    yield "fio_latency.max", subject, latency.max_ns
    yield "fio_latency.json_unit", subject, latency.json_unit
    if latency.bins:
        yield "fio_latency.bins", subject, len(latency.bins)
        yield "fio_latency.bins_samples", subject, sum(latency.bins.values())
    for at in _SHOWN:
        if at in latency.percentiles_ns:
            yield f"fio_latency.{percentile_name(at)}", subject, latency.percentiles_ns[at]
