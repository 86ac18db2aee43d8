"""How long a report of 1,000 trials with their seconds takes and how large it gets: many repeats, or many workloads.

Run with `python -m benchmarks.report`. The promise is 5 s, start of Python included, and 3 MB.
"""

import resource
import subprocess
import sys
import time

SHAPES = {"50 workloads, 20 runs each": (20, 6), "200 workloads, 5 runs each": (5, 25)}
ROUNDS = 5


def once(repeats: int, copies: int) -> None:
    """Render one report, in a process of its own; print its trials and bytes."""
    from perfadvisor.report.html import render
    from tests.report import synthetic

    view = synthetic.view(repeats=repeats, copies=copies, series=True)

    print(len(view.run.results), len(render(view).encode()))


def cpu_seconds() -> float:
    """What all children so far have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    for name, shape in SHAPES.items():
        seconds, used = [], []
        for _ in range(ROUNDS):
            started, before = time.perf_counter(), cpu_seconds()
            argv = [sys.executable, "-m", "benchmarks.report", *map(str, shape)]
            done = subprocess.run(argv, check=True, capture_output=True, text=True)
            seconds.append(time.perf_counter() - started)
            used.append(cpu_seconds() - before)
        trials, size = map(int, done.stdout.split())
        spread = f"{min(seconds):.2f} to {max(seconds):.2f} s ({min(used):.2f} s of CPU) over {ROUNDS} rounds"
        print(f"report, {name}: {trials:,} trials, {spread}, {size / 1e6:.2f} MB of HTML")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        once(*map(int, sys.argv[1:]))
    else:
        main()
