"""fio's job options as typed values, with fio's defaults: options are texts in its JSON, under more than one name."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from perfadvisor.model.fact import Scalar
from perfadvisor.tools.fio_document import FioJob, FioRun

# name here -> names in the file (fio HOWTO, aliases)
_ALIASES = {
    "rw": ("rw", "readwrite"),
    "bs": ("bs", "blocksize"),
    "mem": ("mem", "iomem"),
    "hugepage_size": ("hugepage-size",),
}
_SIZE = re.compile(r"(\d{1,15})([kmgt]?)(i?b?)\Z", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_NODE = re.compile(r"(?:bind:|local:|prefer:)?(\d{1,5})\Z")
HUGE = 2 * 1024 * 1024  # fio's default for hugepage-size


def merged(run: FioRun, job: FioJob) -> dict[str, str]:
    """The job's options over the global ones."""
    return {**run.global_options, **job.options}


def option(options: Mapping[str, str], name: str, default: str = "") -> str:
    """An option under any of its names."""
    return next((options[alias] for alias in _ALIASES.get(name, (name,)) if alias in options), default)


def whole(options: Mapping[str, str], name: str, default: int) -> int:
    """An option that counts something; the default where it is odd."""
    value = option(options, name)
    return int(value) if re.fullmatch(r"\d{1,9}", value, re.ASCII) else default


def size(value: str) -> int | None:
    """ "4k" -> 4096. With fio's default kb_base of 1024, k and kb are 1024 and ki and kib 1000 (HOWTO, "kb_base")."""
    match = _SIZE.match(value.strip())
    if match is None or not match[1].isascii():
        return None
    base = 1000 if match[2] and match[3].lower().startswith("i") else 1024
    return int(match[1]) * int(base ** _POWERS[match[2].lower()])


def is_set(options: Mapping[str, str], name: str) -> bool:
    """Whether a yes/no option is on: fio prints "1", or nothing at all for an option given bare."""
    return name in options and options[name] in ("", "1", "true")


def is_ping_pong(run: FioRun, job: FioJob) -> bool:
    """Whether each write of the net engine waits for its answer, so that its latency is that of a round trip."""
    options = merged(run, job)
    return option(options, "ioengine") == "net" and is_set(options, "pingpong")


def described(run: FioRun, jobs: Sequence[FioJob]) -> dict[str, Scalar]:
    """What these jobs of one configuration did together. fio before 2.3 does not print options: what it was asked for
    is then unknown, and only the block size follows from the counts."""
    options = merged(run, jobs[0]) if jobs else {}
    if options:
        return {**describe(options), "numjobs": threads(jobs, whole(options, "numjobs", 1))}
    ways = [way for job in jobs for way in job.directions if way.moved and way.name != "sync"]
    sizes = {way.io_bytes / way.total_ios for way in ways if way.io_bytes and way.total_ios}
    size = sizes.pop() if len(sizes) == 1 else 0.0
    return {"block_size_bytes": int(size)} if size >= 1 and size.is_integer() else {}


def threads(jobs: Sequence[FioJob], numjobs: int) -> int:
    """How many threads these entries stand for: numjobs for every job of a name on a host, in as many entries, or in
    one under group_reporting."""
    entries = Counter((job.host, job.name) for job in jobs)
    return sum(max(numjobs, count) for count in entries.values())


def describe(options: Mapping[str, str]) -> dict[str, Scalar]:
    """What a job did, in our words: rw, engine, block_size_bytes, iodepth, numjobs, direct, nodes and pages."""
    found: dict[str, Scalar | None] = {
        "rw": option(options, "rw", "read"),
        "engine": option(options, "ioengine") or None,
        "block_size_bytes": _block_size(options),
        "iodepth": whole(options, "iodepth", 1),
        "numjobs": whole(options, "numjobs", 1),
        "direct": _direct(options),
        "cpu_node": _node(options.get("numa_cpu_nodes", "")),
        "memory_node": _node(options.get("numa_mem_policy", "")),
        "page_size_bytes": _page_size(options),
        "fixed_buffers": is_set(options, "fixedbufs") or None,
        "rate_iops": option(options, "rate_iops") or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _direct(options: Mapping[str, str]) -> bool | None:
    """Whether the page cache was left out; None for engines that have no file, where there is none."""
    if option(options, "ioengine") in ("net", "netsplice", "null", "cpuio"):
        return None
    return is_set(options, "direct") or options.get("buffered") == "0"


def _block_size(options: Mapping[str, str]) -> int | None:
    """One size, or None for a mixture of several."""
    if any(name in options for name in ("bssplit", "bsrange", "blocksize_range")):
        return None
    sizes = {size(part) for part in option(options, "bs", "4k").split(",")}
    return sizes.pop() if len(sizes) == 1 else None


def _node(value: str) -> int | None:
    match = _NODE.match(value)
    return int(match[1]) if match else None


def _page_size(options: Mapping[str, str]) -> int | None:
    """Known only where the job asked for huge pages; malloc may or may not get transparent ones."""
    huge = option(options, "mem").split(":")[0] in ("mmaphuge", "shmhuge")
    return size(option(options, "hugepage_size", str(HUGE))) if huge else None
