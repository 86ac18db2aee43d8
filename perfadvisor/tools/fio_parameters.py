"""What a workload for fio may ask for."""

from perfadvisor.tools.parameters import Parameter

ENGINES = ("io_uring", "libaio", "psync", "null", "net")
PATTERNS = ("read", "write", "randread", "randwrite", "rw", "randrw")
GIBIBYTE = 2**30

PARAMETERS = {
    "rw": Parameter(type=str, meaning="the pattern, as fio names it", choices=PATTERNS),
    "read_percent": Parameter(type=int, meaning="share of reads of a mixed pattern, in percent", high=100),
    "engine": Parameter(type=str, meaning="how I/O is issued; `net` is request and response over TCP", choices=ENGINES),
    "block_size_bytes": Parameter(type=int, meaning="bytes per I/O or message", low=1, high=2**30),
    "iodepth": Parameter(type=int, meaning="I/Os each job keeps in flight", low=1, high=65536),
    "numjobs": Parameter(type=int, meaning="jobs (threads) doing the same at once", low=1, high=1024),
    "direct": Parameter(type=bool, meaning="O_DIRECT: past the page cache (default true)"),
    "size_bytes": Parameter(type=int, meaning="how much of the file or device is used (default 1 GiB)", low=4096),
    "fixed_buffers": Parameter(type=bool, meaning="io_uring: buffers registered once, not pinned for every I/O"),
    "register_files": Parameter(type=bool, meaning="io_uring: file descriptors registered once"),
    "page_size_bytes": Parameter(
        type=int,
        meaning="pages of the I/O buffers; above 4096 they are reserved huge pages",
        choices=(4096, 2**21, 2**30),
    ),
    "cpu_node": Parameter(type=int, meaning="NUMA node whose CPUs issue the I/O", high=4095, per_node=True),
    "memory_node": Parameter(type=int, meaning="NUMA node that holds the buffers", high=4095, per_node=True),
    "fdatasync_every": Parameter(type=int, meaning="fdatasync after so many writes", low=1),
    "rate_iops": Parameter(type=int, meaning="at most so many I/Os per second and job", low=1),
}
