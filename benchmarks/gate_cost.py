"""G8: what it costs in time and memory."""

import statistics
import subprocess
import sys
import time

from benchmarks.gate_score import Table

CHECK = """
import resource, time
import numpy as np
from perfadvisor.analyse.changepoints import change_points
chance = np.random.default_rng(1)
series = np.exp(chance.normal(size=({series}, {points})) * 0.03)
series[: {series} // 2, {points} // 2 :] *= 1.1
started = time.perf_counter()
for one in series:
    change_points(one)
print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def cost(table: Table, repeats: int = 3) -> None:
    """Best of a few, because other load only adds; each in a process of its own."""
    for series, points, most in ((100, 1000, 1.0), (1, 10_000, 0.5)):
        runs = [_python("-c", CHECK.format(series=series, points=points)) for _ in range(repeats)]
        seconds, memory = zip(*(map(float, text.split()) for text in runs), strict=True)
        table.add("G8", f"{series} x {points} points", f"{min(seconds):.2f} s", f"< {most} s", min(seconds) < most)
        table.add("G8", f"{series} x {points} points: memory", f"{min(memory):.0f} MiB", "< 120 MiB", min(memory) < 120)
    starts = [_seconds("-m", "perfadvisor", "gate", "--help") for _ in range(3 * repeats)]
    table.add("G8", "perfadvisor gate --help, median and best", f"{1e3 * statistics.median(starts):.0f} / "
              f"{1e3 * min(starts):.0f} ms", "< 100 ms", min(starts) < 0.1)  # fmt: skip


def _python(*argv: str) -> str:
    return subprocess.run([sys.executable, *argv], check=True, capture_output=True, text=True).stdout


def _seconds(*argv: str) -> float:
    started = time.perf_counter()
    _python(*argv)
    return time.perf_counter() - started
