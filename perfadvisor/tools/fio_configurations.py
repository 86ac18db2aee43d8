"""The different tests in one fio file: jobs that did the same at the same time belong together, others do not."""

from collections.abc import Mapping

from perfadvisor.model.fact import Scalar
from perfadvisor.model.result import Output
from perfadvisor.tools.configuration import Configuration, digest, moment, short_size, slug, span
from perfadvisor.tools.fio_document import FioJob, FioRun
from perfadvisor.tools.fio_options import described, merged, option
from perfadvisor.tools.fio_parse import output

# Options that say how results are reported, how long it ran or what it is called, not what was done.
NEUTRAL = frozenset(
    {
        "name",
        "description",
        "runtime",
        "ramp_time",
        "time_based",
        "startdelay",
        "timeout",
        "stonewall",
        "wait_for",
        "wait_for_previous",
        "new_group",
        "group_reporting",
        "thread",
        "randrepeat",
        "allrandrepeat",
        "randseed",
        "norandommap",
        "invalidate",
        "percentile_list",
        "clat_percentiles",
        "lat_percentiles",
        "slat_percentiles",
        "log_avg_msec",
        "log_max_value",
        "log_hist_msec",
        "log_offset",
        "per_job_logs",
        "write_bw_log",
        "write_lat_log",
        "write_iops_log",
        "write_hist_log",
        "disk_util",
        "unified_rw_reporting",
        "continue_on_error",
        "minimal",
        "exitall",
        "allow_file_create",
        "create_on_open",
        "create_only",
        "filename",
        "directory",
        "filename_format",
        "hostname",
        "port",
        "listen",
        "file_service_type",
        "nrfiles",
        "loops",
        "unlink",
        "status-interval",
        "thinktime_blocks_type",
    }
)
# Options that `describe` has put into words already.
DESCRIBED = frozenset(
    {
        "rw",
        "readwrite",
        "bs",
        "blocksize",
        "iodepth",
        "numjobs",
        "ioengine",
        "direct",
        "buffered",
        "rwmixread",
        "numa_cpu_nodes",
        "numa_mem_policy",
        "fixedbufs",
        "mem",
        "iomem",
        "hugepage-size",
        "rate_iops",
    }
)


def configurations(run: FioRun) -> tuple[Configuration, ...]:
    """Every test of a run. Jobs of one group with the same options are one test; a later group (stonewall) with the
    same options is a repeat of it."""
    groups: dict[tuple[int | None, str], list[FioJob]] = {}
    for job in run.jobs:
        groups.setdefault((job.group, _identity(run, job)), []).append(job)
    return tuple(_configuration(run, jobs, _beside(run, jobs)) for jobs in groups.values())


def _identity(run: FioRun, job: FioJob) -> str:
    if not merged(run, job):
        return job.name  # nothing else says what an old version was asked for
    options = {name: value for name, value in merged(run, job).items() if name not in NEUTRAL}
    return digest({**options, "target": _target(merged(run, job))})


def _beside(run: FioRun, jobs: list[FioJob]) -> int:
    return sum(1 for job in run.jobs if job.group == jobs[0].group and all(job is not mine for mine in jobs))


def _configuration(run: FioRun, jobs: list[FioJob], beside: int) -> Configuration:
    options = merged(run, jobs[0])
    parameters = _parameters(options, described(run, jobs))
    rest = {name: value for name, value in options.items() if name not in NEUTRAL | DESCRIBED}
    found = output(run, jobs)
    runtime_s = span(float(found.details.get("runtime_ms", 0.0)) / 1000)
    return Configuration(
        tool="fio",
        device="network" if parameters.get("engine") in ("net", "netsplice") else "storage",
        label=_label(parameters) if options else _unnamed(jobs[0], found),
        rest=digest(rest),
        target=_target(options),
        parameters=parameters,
        started=None if run.timestamp is None else moment(run.timestamp - runtime_s),
        runtime_s=runtime_s,
        warmup_s=0.0,
        output=found,
        beside=beside,
    )


def _target(options: Mapping[str, str]) -> str:
    return options.get("filename") or options.get("directory") or options.get("hostname", "")


def _parameters(options: Mapping[str, str], described: Mapping[str, Scalar]) -> dict[str, Scalar]:
    found = dict(described)
    mixed = option(options, "rwmixread")
    if mixed.isdecimal() and len(mixed) <= 3 and "rw" in str(described.get("rw")):
        found["read_percent"] = int(mixed)
    return found


def _unnamed(job: FioJob, found: Output) -> str:
    """A label where the file has no options: which way the bytes went, and the job's name."""
    ways = dict.fromkeys(sample.metric.split(".")[0] for sample in found.samples)
    return slug("-".join([*ways, job.name]))


def _label(parameters: Mapping[str, Scalar]) -> str:
    size = parameters.get("block_size_bytes")
    jobs = int(parameters.get("numjobs", 1))
    depth = f"qd{parameters.get('iodepth', 1)}" + (f"x{jobs}" if jobs > 1 else "")
    parts = [
        str(parameters["rw"]),
        short_size(size) if isinstance(size, int) else "mixed-sizes",
        f"{parameters['read_percent']}-percent-reads" if "read_percent" in parameters else "",
        depth,
        str(parameters.get("engine", "")),
        "buffered" if parameters.get("direct") is False else "",
        f"node{parameters['memory_node']}" if "memory_node" in parameters else "",
        f"pages-{short_size(int(parameters['page_size_bytes']))}" if "page_size_bytes" in parameters else "",
        "fixed" if parameters.get("fixed_buffers") else "",
        f"rate-{parameters['rate_iops']}" if "rate_iops" in parameters else "",
    ]
    return slug("-".join(part for part in parts if part))
