"""dmabench: memory bandwidth and latency by node and page size, and what pinning and mapping memory costs."""

from collections.abc import Iterator

from perfadvisor.model.workload import Parameters, Trial, Workload
from perfadvisor.tools.context import Context
from perfadvisor.tools.defaults import engine, prepare, probe, server, with_common_engine
from perfadvisor.tools.dmabench_parse import parse
from perfadvisor.tools.parameters import Parameter
from perfadvisor.tools.program import Program

__all__ = [
    "METRICS", "PARAMETERS", "PROGRAM", "command", "engine", "huge_pages", "needs_function", "parse", "prepare",
    "probe", "server", "with_common_engine",
]  # fmt: skip

PROGRAM = Program(name="dmabench", package="gcc libc6-dev", measures="memory", built=True)

ARRAYS = {"copy": 2, "read": 1, "write": 1, "triad": 3, "chase": 1}
DEVICE_KERNELS = ("map", "edu")
OF_A_DEVICE = ("group", "pci_address")
KERNELS = (*ARRAYS, "pin", *DEVICE_KERNELS)
PAGES = {"4k": 4096, "thp": 2**21, "2m": 2**21, "1g": 2**30}
RESERVED = ("2m", "1g")
SPACING_BYTES = 1344  # between arrays; bandwidth.c says why
DEFAULT_BYTES = 256 * 2**20

PARAMETERS = {
    "kernel": Parameter(type=str, meaning="what is timed: a loop over arrays, pinning, or mapping", choices=KERNELS),
    "pages": Parameter(type=str, meaning="pages of the memory; 2m and 1g are reserved ones", choices=tuple(PAGES)),
    "size_bytes": Parameter(
        type=int,
        meaning="bytes of one array (default 256 MiB, at least 4 times the caches) or of the memory to pin or map",
        low=2**14,
        high=2**40,
    ),
    "cpu_node": Parameter(type=int, meaning="NUMA node whose CPUs do the work", high=1023, per_node=True),
    "memory_node": Parameter(type=int, meaning="NUMA node that holds the memory", high=1023, per_node=True),
    "threads": Parameter(type=int, meaning="pinned threads (default one for each CPU of the node)", high=8192),
    "nodes": Parameter(
        type=str,
        meaning="all: copy, read, write and triad by a thread on each core of every node, its memory on its own node",
        choices=("all",),
    ),
    "load": Parameter(
        type=str, meaning="rest: while chase measures, every other core of the node reads memory", choices=("rest",)
    ),
    "repeats": Parameter(type=int, meaning="how often a pin or map is timed in one trial", low=1, high=1000),
    "group": Parameter(type=int, meaning="IOMMU group bound to vfio-pci, for map and edu", high=2**20),
    "pci_address": Parameter(
        type=str,
        meaning="PCI address of a device in the group, for map and edu",
        form="[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}[.][0-7]",
        example="0000:01:00.0",
    ),
}

METRICS = (
    *(f"{kernel}.bytes_per_s" for kernel in ("copy", "read", "write", "triad")),
    "chase",
    "pin",
    "unpin",
    "map",
    "unmap",
    "verified_bytes",
    "load.bytes_per_s",
)

_FLAGS = {
    "cpu_node": "cpu-node", "memory_node": "memory-node", "threads": "threads", "repeats": "repeats",
    "group": "group", "pci_address": "device", "nodes": "cpu-node", "load": "load",
}  # fmt: skip


def command(workload: Workload, trial: Trial, context: Context) -> tuple[str, ...]:
    """The argv of one trial: one fresh process for one kernel, one kind of page and one pair of nodes."""
    given = {**_lent(context), **workload.parameters, **trial.parameters}
    kernel = str(given.get("kernel", "copy"))
    return (context.program or PROGRAM.name, kernel, *_flags(kernel, given), *_times(kernel, trial))


def _lent(context: Context) -> Parameters:
    return {"group": context.group, "pci_address": context.pci_address} if context.pci_address else {}


def huge_pages(parameters: Parameters) -> tuple[int, int]:
    """(page size in bytes, how many reserved ones a trial needs); (0, 0) where it needs none."""
    pages = str(parameters.get("pages", "4k"))
    if pages not in RESERVED:
        return 0, 0
    arrays = ARRAYS.get(str(parameters.get("kernel", "copy")), 1)
    need = arrays * _size(parameters) + (arrays - 1) * SPACING_BYTES
    return PAGES[pages], -(-need // PAGES[pages])


def needs_function(parameters: Parameters) -> bool:
    """Whether a device must be reached through VFIO that the workload does not name itself."""
    return parameters.get("kernel") in DEVICE_KERNELS and "group" not in parameters


def _size(parameters: Parameters) -> int:
    size = parameters.get("size_bytes", DEFAULT_BYTES)
    return size if isinstance(size, int) else DEFAULT_BYTES


def _flags(kernel: str, given: Parameters) -> Iterator[str]:
    if kernel != "edu":
        yield f"--pages={given.get('pages', '4k')}"
    if kernel not in ARRAYS and kernel != "edu":
        yield f"--sizes={_size(given)}"
    elif "size_bytes" in given and kernel in ARRAYS:
        yield f"--size={given['size_bytes']}"
    for name, flag in _FLAGS.items():
        if name in given and (kernel in DEVICE_KERNELS or name not in OF_A_DEVICE):
            yield f"--{flag}={given[name]}"


def _times(kernel: str, trial: Trial) -> Iterator[str]:
    if kernel in ARRAYS:
        yield f"--seconds={trial.runtime_s:g}"
        yield f"--warmup={trial.warmup_s:g}"
