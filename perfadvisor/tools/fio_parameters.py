"""What a workload for fio may ask for, and what fio can answer."""

from perfadvisor.tools.fio_raw import RAW
from perfadvisor.tools.parameters import Parameter

ENGINES = ("io_uring", "libaio", "psync", "null", "net")
PATTERNS = ("read", "write", "randread", "randwrite", "rw", "randrw")
GIBIBYTE = 2**30

PARAMETERS = {
    "rw": Parameter(type=str, meaning="the pattern, as fio names it", choices=PATTERNS, known_as=("readwrite",)),
    "read_percent": Parameter(
        type=int, meaning="share of reads of a mixed pattern, in percent", high=100, known_as=("rwmixread",)
    ),
    "engine": Parameter(
        type=str,
        meaning="how I/O is issued; `net` is request and response over TCP",
        choices=ENGINES,
        known_as=("ioengine",),
    ),
    "block_size_bytes": Parameter(
        type=int, meaning="bytes per I/O or message", low=1, high=2**30, known_as=("bs", "blocksize")
    ),
    "iodepth": Parameter(type=int, meaning="I/Os each job keeps in flight", low=1, high=65536),
    "numjobs": Parameter(type=int, meaning="jobs (threads) doing the same at once", low=1, high=1024),
    "direct": Parameter(type=bool, meaning="O_DIRECT: past the page cache (default true)"),
    "size_bytes": Parameter(
        type=int,
        meaning="how much of the file or device is used (default 1 GiB)",
        low=4096,
        known_as=("size", "filesize"),
    ),
    "fixed_buffers": Parameter(
        type=bool, meaning="io_uring: buffers registered once, not pinned for every I/O", known_as=("fixedbufs",)
    ),
    "register_files": Parameter(
        type=bool, meaning="io_uring: file descriptors registered once", known_as=("registerfiles",)
    ),
    "page_size_bytes": Parameter(
        type=int,
        meaning="pages of the I/O buffers; above 4096 they are reserved huge pages",
        choices=(4096, 2**21, 2**30),
    ),
    "cpu_node": Parameter(
        type=int, meaning="NUMA node whose CPUs issue the I/O", high=4095, per_node=True, known_as=("numa_cpu_nodes",)
    ),
    "memory_node": Parameter(
        type=int, meaning="NUMA node that holds the buffers", high=4095, per_node=True, known_as=("numa_mem_policy",)
    ),
    "fdatasync_every": Parameter(type=int, meaning="fdatasync after so many writes", low=1, known_as=("fdatasync",)),
    "rate_iops": Parameter(type=int, meaning="at most so many I/Os per second and job", low=1),
    **RAW,
}

_PERCENTILES = ("p50", "p90", "p95", "p99", "p995", "p999", "p9999")  # fio_latency.SHOWN, as metrics are named


def _latencies(way: str, kind: str) -> tuple[str, ...]:
    return tuple(f"{way}.{kind}_{part}" for part in ("mean", *_PERCENTILES))


# `sync` are the fdatasyncs between writes; `round_trip` is a message and its answer; `mixed` both directions as one.
METRICS = (
    *(f"{way}.{rate}" for way in ("read", "write", "trim", "mixed", "round_trip") for rate in ("iops", "bytes_per_s")),
    *(
        metric
        for way in ("read", "write", "trim", "mixed", "round_trip")
        for kind in ("lat", "clat", "slat")
        for metric in _latencies(way, kind)
    ),
    *_latencies("sync", "lat"),
)
