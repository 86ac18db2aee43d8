"""fio's output as samples: what our own trials and imported files are judged by."""

import os
from collections.abc import Iterator, Sequence

from perfadvisor.model.fact import Scalar
from perfadvisor.model.result import Histogram, Output, Sample
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Parameters
from perfadvisor.tools import fio_evenness, fio_latency
from perfadvisor.tools.fio_document import DIRECTIONS, LATENCIES, FioDirection, FioJob, FioRun
from perfadvisor.tools.fio_options import described, is_ping_pong
from perfadvisor.tools.fio_text import FioText, complaint, take_apart
from perfadvisor.tools.jsontext import decode


def parse(stdout: bytes, stderr: bytes = b"", returncode: int = 0, parameters: Parameters | None = None) -> Output:
    """What fio measured, all jobs together; with `error` set, and no samples, where it measured nothing.

    All jobs are taken to do the same, as in our own trials; files of other people may hold several configurations,
    which `perfadvisor.tools.fio_configurations` tells apart. Units: iops, bytes_per_s, ns."""
    del parameters
    found = take_apart(stdout)
    error = failure(found, stderr, returncode)
    if error or found.run is None:
        return Output(samples=(), details=_versions(found.run), error=error)
    return output(found.run, found.run.jobs, interrupted=found.interrupted)


def failure(found: FioText, stderr: bytes = b"", returncode: int = 0) -> str:
    """Why this output is not a result, in one line; "" where it is one."""
    said = found.complaint or complaint(decode(stderr)) or _first_line(decode(stderr))
    if found.run is None:
        return _without_json(found, said, returncode)
    if found.json.broken:
        return f"fio's output is incomplete: {found.json.broken}"
    if found.run.jobs == ():
        return said or "fio ran no job"
    bad = next((job for job in found.run.jobs if job.error), None)
    if bad:
        return f"fio job {' '.join(bad.name.split())[:80]}: error {bad.error} ({_strerror(bad.error)})" + (
            f"; {said}" if said else ""
        )
    if not any(way.moved for job in found.run.jobs for way in job.directions):
        return said or "fio did no I/O"
    if returncode and not found.interrupted:
        return said or f"fio ended with {returncode}"
    return ""


def _without_json(found: FioText, said: str, returncode: int) -> str:
    if found.terse_fields:
        return "this is fio's terse format; give --output-format=json"
    if found.json.broken:
        return f"fio's output is incomplete: {found.json.broken}"
    if found.normal:
        return "this is fio's output for people; give --output-format=json"
    return said or _first_line(found.json.text) or f"fio printed nothing and ended with {returncode}"


def _first_line(text: str) -> str:
    return next((line.strip()[:200] for line in text.splitlines() if line.strip()), "")


def _strerror(code: int) -> str:
    return os.strerror(code) if 0 < code < 4096 else "unknown"


def output(run: FioRun, jobs: Sequence[FioJob], *, interrupted: bool = False) -> Output:
    """The given jobs of a run as one result."""
    samples: list[Sample] = []
    histograms: list[Histogram] = []
    there_and_back = bool(jobs) and all(is_ping_pong(run, job) for job in jobs)
    for direction in DIRECTIONS:
        ways = [way for job in jobs for way in job.directions if way.name == direction and way.moved]
        name = "round_trip" if there_and_back and direction == "write" else direction
        samples.extend(_samples(name, ways))
        histograms.extend(_histogram(name, ways))
    details = {**_details(run, jobs), **_latency_note(jobs), **({"interrupted": True} if interrupted else {})}
    return Output(samples=tuple(samples), details=details, histograms=tuple(histograms))


def _histogram(name: str, ways: Sequence[FioDirection]) -> list[Histogram]:
    """One distribution a direction: of total latency where the file has it, else of completion latency."""
    found = (fio_latency.histogram(f"{name}.{kind}", ways, kind) for kind in ("lat", "clat"))
    return list(filter(None, found))[:1]


def _samples(name: str, ways: Sequence[FioDirection]) -> Iterator[Sample]:
    iops = [way.iops for way in ways if way.iops is not None]
    rates = [way.bytes_per_s for way in ways if way.bytes_per_s is not None]
    if iops:
        yield Sample(metric=f"{name}.iops", value=sum(iops), unit=Unit.IOPS, better="higher")
    if rates:
        yield Sample(metric=f"{name}.bytes_per_s", value=sum(rates), unit=Unit.BYTES_PER_SECOND, better="higher")
    for kind in LATENCIES:
        mean = fio_latency.mean_ns(ways, kind) if ways else None
        if mean is not None:
            yield _latency(f"{name}.{kind}_mean", mean)
        for at, value in sorted(fio_latency.percentiles_ns(ways, kind).items()):
            yield _latency(f"{name}.{kind}_{percentile_name(at)}", value)


def percentile_name(at: float) -> str:
    """99.9 -> "p999"."""
    return "p" + f"{at:g}".replace(".", "")


def _latency(metric: str, value: float) -> Sample:
    return Sample(metric=metric, value=value, unit=Unit.NANOSECONDS, better="lower")


def _versions(run: FioRun | None) -> dict[str, Scalar]:
    return {"fio_version": run.version} if run and run.version else {}


def _details(run: FioRun, jobs: Sequence[FioJob]) -> dict[str, Scalar]:
    first = described(run, jobs)
    found: dict[str, Scalar | None] = {
        **_versions(run),
        **first,
        **_totals(jobs),
        **fio_evenness.details(jobs),
        **fio_evenness.limits(run, jobs),
        "job_count": len(jobs),
        "depth_reached_share": depth_reached_share(jobs, int(first["iodepth"])) if "iodepth" in first else None,
        "usr_cpu_share": _mean([job.usr_cpu_share for job in jobs]),
        "sys_cpu_share": _mean([job.sys_cpu_share for job in jobs]),
        "steady": _steady(jobs),
        "max_thread_cpu_share": _busiest(jobs, int(first.get("numjobs", 1))),
    }
    return {name: value for name, value in found.items() if value is not None}


def _totals(jobs: Sequence[FioJob]) -> dict[str, Scalar]:
    ways = [way for job in jobs for way in job.directions if way.moved]

    def amount(name: str) -> int:
        return int(sum(way.io_bytes or 0 for way in ways if way.name == name))

    apart = not any(way.name == "mixed" for way in ways)
    counts = [way.total_ios for way in ways if way.name != "sync"]  # fio before 2.1.14 does not print them
    known = [count for count in counts if count is not None]
    runtimes = [way.runtime_ms for way in ways if way.runtime_ms is not None]
    found: dict[str, Scalar] = {
        **({"read_io_bytes": amount("read"), "write_io_bytes": amount("write")} if apart else {}),
        **({"total_ios": sum(known)} if len(known) == len(counts) else {}),
        **({"runtime_ms": max(runtimes)} if runtimes else {}),
    }
    errors = sum(job.io_errors for job in jobs)
    return {**found, "io_errors": errors} if errors else found


def depth_reached_share(jobs: Sequence[FioJob], asked: int) -> float | None:
    """The share of I/Os that were issued in the bucket of the asked depth or above (buckets are powers of two, the
    last being 64 and more), over jobs by their number of I/Os."""
    bucket = 1 << (max(1, min(asked, 64)).bit_length() - 1)
    pairs = [
        (sum(share for depth, share in job.depth_shares.items() if depth >= bucket), _ios(job))
        for job in jobs
        if job.depth_shares
    ]
    total = sum(ios for _, ios in pairs)
    # Syncs are counted into the buckets but not into the I/Os, so that the shares can add up to more than 1.
    return min(1.0, sum(share * ios for share, ios in pairs) / total) if total else None


def _ios(job: FioJob) -> int:
    return sum(way.total_ios or 0 for way in job.directions if way.name != "sync")


def _mean(shares: Sequence[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None


def _steady(jobs: Sequence[FioJob]) -> bool | None:
    known = [job.steady for job in jobs if job.steady is not None]
    return all(known) if known else None


def _busiest(jobs: Sequence[FioJob], numjobs: int) -> float | None:
    """CPU share of the busiest thread; unknown where one entry stands for a group of them (group_reporting)."""
    if len(jobs) < numjobs:
        return None
    known = [job.usr_cpu_share + (job.sys_cpu_share or 0) for job in jobs if job.usr_cpu_share is not None]
    return max(known) if known else None


def _latency_note(jobs: Sequence[FioJob]) -> dict[str, Scalar]:
    """Says where percentiles are the worst job's, because the file has no bins to add up."""
    ways = [way for job in jobs for way in job.directions if way.name in ("read", "write", "mixed") and way.moved]
    held = [latency for way in ways for latency in way.latencies.values()]
    worst = len(jobs) > 1 and any(latency.percentiles_ns and not latency.bins for latency in held)
    return {"percentiles_of": "worst job"} if worst else {}
