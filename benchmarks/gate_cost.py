"""G8: what it costs in time and memory."""

import resource
import subprocess
import sys
import time

from benchmarks.gate_score import Table

CHECK = """
import resource, time
import numpy as np
from perfadvisor.analyse.statistics.changepoints import change_points
chance = np.random.default_rng(1)
series = np.exp(chance.normal(size=({series}, {points})) * 0.03)
series[: {series} // 2, {points} // 2 :] *= 1.1
started = time.process_time()
for one in series:
    change_points(one)
print(time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def cost(table: Table, repeats: int = 3) -> None:
    """Processor time of one thread, best of a few: other load only adds, and the clock would measure that."""
    for series, points, most in ((100, 1000, 1.0), (1, 10_000, 0.5)):
        runs = [_python("-c", CHECK.format(series=series, points=points)) for _ in range(repeats)]
        seconds, memory = zip(*(map(float, text.split()) for text in runs), strict=True)
        table.add("G8", f"{series} x {points} points", f"{min(seconds):.2f} s", f"< {most} s", min(seconds) < most)
        table.add("G8", f"{series} x {points} points: memory", f"{min(memory):.0f} MiB", "< 120 MiB", min(memory) < 120)
    starts = sorted(_seconds("-m", "perfadvisor", "gate", "--help") for _ in range(3 * repeats))
    what = f"perfadvisor gate --help (by the clock {1e3 * min(wall for _, wall in starts):.0f} ms)"
    table.add("G8", what, f"{1e3 * starts[0][0]:.0f} ms", "< 100 ms", starts[0][0] < 0.1)


def _python(*argv: str) -> str:
    return subprocess.run([sys.executable, *argv], check=True, capture_output=True, text=True).stdout


def _seconds(*argv: str) -> tuple[float, float]:
    """Processor time and time by the clock of a run of Python."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    _python(*argv)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.perf_counter() - started
