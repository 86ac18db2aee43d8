"""fio command lines: argv out of a workload's parameters. Pure; nothing here touches a file.

Always `--thread`: a fio killed by a signal takes its threads with it, while forked jobs run on.
Never `--group_reporting`: one entry a job tells the busiest thread's CPU share, and the bins of json+ add up exactly.
"""

from collections.abc import Iterator

from perfadvisor.errors import InputError
from perfadvisor.model.fact import Scalar
from perfadvisor.model.workload import Parameters, Trial, Workload
from perfadvisor.tools.context import Context
from perfadvisor.tools.fio_parameters import GIBIBYTE
from perfadvisor.tools.fio_raw import flags

PERCENTILES = "50:90:95:99:99.5:99.9:99.99"
# Total latency, submission included: an I/O that completes within the call that submits it (io_uring does that for what
# is at hand) has its time in slat, and a clat that means nothing (stat.c: add_slat_sample, add_clat_sample).
LATENCIES = ("--lat_percentiles=1", "--clat_percentiles=0")
_NET_SIZE = "1t"  # more than a trial can send; the run time ends it
_SERVER_S = 86400  # the server ends when its client does; this only bounds a forgotten one


def trial_argv(workload: Workload, trial: Trial, context: Context) -> tuple[str, ...]:
    """The command of one trial: JSON with latency bins on stdout, `warmup_s` discarded, then `runtime_s` measured."""
    given = {**workload.parameters, **trial.parameters}
    return (
        context.program or "fio",
        f"--name={workload.id.replace('/', '-')}",
        *_engine(given),
        *_pattern(given),
        *_target(given, context),
        *_buffers(given),
        *flags(given),
        "--thread",
        "--randrepeat=0",
        "--norandommap",
        "--time_based",
        f"--runtime={round(trial.runtime_s * 1000)}ms",
        f"--ramp_time={round(trial.warmup_s * 1000)}ms",
        f"--percentile_list={PERCENTILES}",
        *LATENCIES,
        "--eta=never",
        "--output-format=json+",
    )


def layout_argv(workload: Workload, context: Context) -> tuple[str, ...] | None:
    """The command that writes the data file full of random bytes and syncs it; None where there is no file.

    Without this a read finds holes, which no disk is asked for; zeros, which a disk may not store; or a full cache.
    Preallocated extents read as holes until written, so they are switched off too."""
    if workload.parameters.get("engine") in ("net", "null") or context.device:
        return None
    return (
        context.program or "fio",
        "--name=layout",
        f"--filename={_escaped(context.file)}",
        f"--size={_size(workload.parameters, context)}",
        "--rw=write",
        "--bs=1m",
        "--ioengine=psync",
        "--fallocate=none",
        "--refill_buffers",
        "--randrepeat=0",
        "--end_fsync=1",
        "--thread",
        "--eta=never",
        "--output-format=json",
    )


def server_argv(workload: Workload, context: Context) -> tuple[str, ...] | None:
    """The far end of request and response over TCP; None for workloads without one. It takes one client, answers it,
    and ends with it, so its port must be looked for (`ss -ltn`), never connected to."""
    if workload.parameters.get("engine") != "net":
        return None
    return (
        context.program or "fio",
        "--name=answer",
        *_net(workload.parameters, context.port),
        "--listen",
        "--rw=read",
        "--thread",
        "--time_based",
        f"--runtime={_SERVER_S}",
        "--eta=never",
        "--output-format=json",
    )


def _net(given: Parameters, port: int) -> Iterator[str]:
    """An engine's own options are known only after --ioengine, so that comes first."""
    yield from ("--ioengine=net", "--protocol=tcp", f"--port={port}", "--nodelay=1", "--pingpong=1")
    yield from (f"--bs={given.get('block_size_bytes', 1)}", f"--size={_NET_SIZE}")


def _engine(given: Parameters) -> Iterator[str]:
    if given.get("engine") == "net":
        return
    yield f"--ioengine={given.get('engine', 'io_uring')}"
    yield f"--direct={int(bool(given.get('direct', True)))}"
    for name, flag in (("fixed_buffers", "fixedbufs"), ("register_files", "registerfiles")):
        if given.get(name):
            yield f"--{flag}"


def _pattern(given: Parameters) -> Iterator[str]:
    if given.get("engine") == "net":
        return
    yield f"--rw={given.get('rw', 'randread')}"
    for name, flag, default in (
        ("block_size_bytes", "bs", 4096),
        ("iodepth", "iodepth", 1),
        ("numjobs", "numjobs", 1),
        ("read_percent", "rwmixread", None),
        ("fdatasync_every", "fdatasync", None),
        ("rate_iops", "rate_iops", None),
    ):
        value: Scalar | None = given.get(name, default)
        if value is not None:
            yield f"--{flag}={value}"


def _target(given: Parameters, context: Context) -> Iterator[str]:
    if given.get("engine") == "net":
        yield from (*_net(given, context.port), f"--hostname={context.host}", "--rw=write")
        return
    if given.get("engine") == "null":
        yield f"--size={_size(given, context)}"
        return
    reads_only = given.get("rw", "randread") in ("read", "randread")
    if context.device and not reads_only and not context.writable:
        raise InputError(f"this would write to {context.device}", "confirm it with its model and serial number")
    yield f"--filename={_escaped(context.device or context.file)}"
    yield from ("--readonly",) if reads_only else ("--overwrite=1",)  # overwrite: in place, never truncated and grown
    yield "--allow_file_create=0"
    if not context.device or context.size_bytes or "size_bytes" in given:
        yield f"--size={_size(given, context)}"


def _size(given: Parameters, context: Context) -> Scalar:
    return context.size_bytes or given.get("size_bytes", GIBIBYTE)


def _escaped(path: str) -> str:
    """fio splits file names at colons (HOWTO, "filename")."""
    return path.replace("\\", "\\\\").replace(":", "\\:")


def _buffers(given: Parameters) -> Iterator[str]:
    """Where the I/O buffers lie. Huge pages come from `mmaphuge` (anonymous, so a kill frees them; a shared memory
    segment would stay). Without huge pages a buffer pool below 2 MiB cannot become a transparent one."""
    pages = given.get("page_size_bytes")
    if isinstance(pages, int) and pages > 4096:
        yield from ("--iomem=mmaphuge", f"--hugepage-size={pages}")
    elif pages is not None:
        yield "--iomem=mmap"
    if "cpu_node" in given:
        yield f"--numa_cpu_nodes={given['cpu_node']}"
    if "memory_node" in given:
        yield f"--numa_mem_policy=bind:{given['memory_node']}"


def huge_pages(parameters: Parameters) -> tuple[int, int]:
    """(page size in bytes, how many of them a trial needs); (0, 0) where it needs none. fio gives every job a pool of
    `iodepth` buffers, rounded up to whole huge pages, and then a small page to align them: that takes one more
    (fio 3.33, allocate_io_mem in backend.c and alloc_mem_mmap in memory.c)."""
    pages = parameters.get("page_size_bytes")
    if not isinstance(pages, int) or pages <= 4096:
        return 0, 0
    block, depth, jobs = (
        int(parameters.get(name, default))
        for name, default in (("block_size_bytes", 4096), ("iodepth", 1), ("numjobs", 1))
    )
    return pages, jobs * (-(-block * depth // pages) + 1)
