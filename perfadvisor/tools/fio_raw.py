"""fio's own options that a workload or `run --fio` may add, under fio's own names: a closed list with the
values of each.

Left out is what names files, devices or hosts, runs commands, loads code, or changes the output that is parsed. The
meanings are those of fio's HOWTO.
"""

from collections.abc import Iterator

from perfadvisor.model.workload import Parameters as Given
from perfadvisor.tools.parameters import Parameter, Parameters

_CPUS = r"[0-9]{1,5}(-[0-9]{1,5})?(,[0-9]{1,5}(-[0-9]{1,5})?){0,63}"
_SPLIT = r"[0-9]{1,9}[kmKM]?/[0-9]{0,3}(:[0-9]{1,9}[kmKM]?/[0-9]{0,3}){0,63}"
_SPREAD = r"random|(zipf|pareto|normal):[0-9]{1,3}(\.[0-9]{1,6})?(:[0-9]{1,3}(\.[0-9]{1,6})?)?"


def _flag(meaning: str) -> Parameter:
    return Parameter(type=bool, meaning=meaning)


def _count(meaning: str, high: float = 2**31) -> Parameter:
    return Parameter(type=int, meaning=meaning, high=high)


RAW: Parameters = {
    "hipri": _flag("io_uring: poll for completions; the driver needs poll queues"),
    "sqthread_poll": _flag("io_uring: a kernel thread submits"),
    "sqthread_poll_cpu": _count("io_uring: the CPU of that thread", 65535),
    "nonvectored": _flag("io_uring: read and write calls with one buffer"),
    "force_async": _count("io_uring: hand every n-th I/O to a kernel worker"),
    "cpus_allowed": Parameter(type=str, meaning="CPUs the jobs may run on", form=_CPUS, example="0-3,8"),
    "cpus_allowed_policy": Parameter(
        type=str, meaning="all jobs on all CPUs, or one each", choices=("shared", "split")
    ),
    "bssplit": Parameter(type=str, meaning="mix of block sizes, in percent", form=_SPLIT, example="4k/60:64k/40"),
    "random_distribution": Parameter(type=str, meaning="how often each block is hit", form=_SPREAD, example="zipf:1.2"),
    "percentage_random": _count("share of random I/Os, in percent", 100),
    "thinktime": _count("microseconds of pause after thinktime_blocks I/Os", 10**9),
    "thinktime_blocks": _count("I/Os between two pauses"),
    "iodepth_batch_submit": _count("I/Os submitted with one call", 65536),
    "iodepth_batch_complete_min": _count("completions waited for at least", 65536),
    "iodepth_batch_complete_max": _count("completions fetched at most", 65536),
    "iodepth_low": _count("depth below which the queue is filled again", 65536),
    "io_submit_mode": Parameter(type=str, meaning="who submits", choices=("inline", "offload")),
    "fsync": _count("fsync after so many writes"),
    "buffer_compress_percentage": _count("how far the written data can be compressed, in percent", 100),
    "dedupe_percentage": _count("share of identical buffers, in percent", 100),
    "refill_buffers": _flag("new random data for every write"),
    "zero_buffers": _flag("write zeros"),
    "prioclass": _count("class of I/O priority: 1 real time, 2 best effort, 3 idle", 3),
    "prio": _count("I/O priority within its class, 0 highest", 7),
    "write_hint": Parameter(
        type=str, meaning="expected life of the data", choices=("none", "short", "medium", "long", "extreme")
    ),
}
OF_IO_URING = ("hipri", "sqthread_poll", "sqthread_poll_cpu", "nonvectored", "force_async")


def flags(given: Given) -> Iterator[str]:
    """Their words on fio's command line, behind the engine's. A switch that is off leaves fio's default: `=0` would
    switch some of them on."""
    for name in RAW:
        value = given.get(name)
        if value is not None and value is not False:
            yield f"--{name}={int(value) if isinstance(value, bool) else value}"
