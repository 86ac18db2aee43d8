"""How the time of each step grows with its input, as an exponent: 1 is linear, 2 is the square.

Each step is run at sizes that grow by a factor, and timed by the least of the CPU times of several goes. The exponent
is the slope of log time over log size, fitted over all sizes by least squares; beside it stands the slope between the
two largest, in which the caches of the CPU and Python's collector show. The promise is 1.1 at most over the whole
range, and that a million points of a history are stored within 200 MB.

    python -m benchmarks.growth            every step
    python -m benchmarks.growth facts      those whose name begins so
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from math import log
from pathlib import Path
from statistics import linear_regression

from benchmarks import growing
from perfadvisor.start import collect_less

PROMISE, GOES = 1.1, 2
Step = Callable[[int, Path], Callable[[], object]]


def main(wanted: list[str]) -> int:
    """Print a line per step; 1 where one grows faster than promised."""
    collect_less()
    failed = 0
    if not wanted or "history" in wanted:  # first: the kernel counts what this process held as held by its children
        failed += _memory_of_a_million()
    for name, sizes, step in steps():
        if not wanted or name.startswith(tuple(wanted)):
            failed += _measured(name, sizes, step)
    return 1 if failed else 0


def steps() -> Iterator[tuple[str, tuple[int, ...], Step]]:
    """Name, sizes and step: given a size and a directory it prepares, and returns what is timed."""
    yield "facts of functions", (1_000, 5_000, 20_000), growing.facts_of_functions
    yield "rules of functions", (1_000, 5_000, 20_000), growing.rules_of_functions
    yield "report of functions", (1_000, 5_000, 20_000), growing.report_of_functions
    yield "facts of interrupt cells", (2_000, 200_000, 2_000_000), growing.facts_of_interrupts
    yield "import of files", (100, 1_000, 3_000), growing.import_of_files
    yield "gate of metrics", (100, 1_000, 5_000), growing.gate_of_metrics
    yield "history of points", (10_000, 100_000, 1_000_000), growing.history_of_points


def _measured(name: str, sizes: tuple[int, ...], step: Step) -> bool:
    seconds = [_least(step, size) for size in sizes]
    slope, last = exponent(sizes, seconds), exponent(sizes[-2:], seconds[-2:])
    told = ", ".join(f"{size:,}: {spent:.2f} s" for size, spent in zip(sizes, seconds, strict=True))
    mark = "" if slope <= PROMISE else f"  over the promise of {PROMISE}"
    print(f"{name:<26} exponent {slope:.2f}, at the end {last:.2f}  ({told}){mark}", flush=True)
    return slope > PROMISE


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Slope of log time over log size, by least squares."""
    fitted = linear_regression([log(size) for size in sizes], [log(spent) for spent in seconds])
    return fitted.slope


def _least(step: Step, size: int) -> float:
    spent = []
    for _ in range(GOES):
        with tempfile.TemporaryDirectory(prefix="perfadvisor-growth-") as folder:
            timed = step(size, Path(folder))
            began = time.process_time()
            timed()
            spent.append(time.process_time() - began)
        if spent[0] > 3:
            break
    return min(spent)


def _memory_of_a_million() -> bool:
    """The most memory that `history ingest` of 10^6 points takes, as the kernel counts it (VmHWM, getrusage(2))."""
    with tempfile.TemporaryDirectory(prefix="perfadvisor-growth-") as folder:
        points = Path(folder) / "points.csv"
        growing.write_points(points, 1_000_000)
        argv = [sys.executable, "-m", "perfadvisor", "history", "ingest", "--csv", points, "--db", f"{folder}/h.sqlite"]
        subprocess.run(argv, check=True, capture_output=True)
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    print(f"history of 1,000,000 points: {peak_mb:.0f} MB at most  (promise: 200 MB)")
    return peak_mb > 200


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
