"""Our own benchmarks as a gate's rows: `gate run --cmd "... rows.py"` measures whatever code lies in the directory.

Kept short: one call takes about two seconds. Processor time, because it repeats better than the clock on a shared
machine; start-up is by the clock, because that is what a user waits for.
"""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

HEADER = ("workload", "metric", "unit", "better", "value")


def main() -> None:
    """Write the rows to the file that PERFADVISOR_CSV names."""
    sys.path.insert(0, str(Path.cwd()))
    with Path(os.environ["PERFADVISOR_CSV"]).open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for workload, seconds in measured():
            rows.writerow((workload, "time", "s", "lower", repr(seconds)))


def measured() -> Iterator[tuple[str, float]]:
    """Each benchmark's name and seconds."""
    yield "start/help", min(clocked(lambda: python("-m", "perfadvisor", "--help")) for _ in range(3))
    yield "history/check-20x500", processor(check_histories)
    yield "gate/judge-200", processor(judge_many)


def clocked(call: Callable[[], object]) -> float:
    """Seconds by the clock."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def processor(call: Callable[[], object]) -> float:
    """Seconds of processor time."""
    started = time.process_time()
    call()
    return time.process_time() - started


def python(*argv: str) -> None:
    """Run Python on the code in the current directory."""
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, *argv], check=True, capture_output=True, env=environment)


def check_histories() -> None:
    """Find the changes of twenty series of 500 points."""
    import numpy as np

    from perfadvisor.analyse.statistics.changepoints import change_points

    for series in np.exp(np.random.default_rng(1).normal(size=(20, 500)) * 0.03):
        change_points(series)


def judge_many() -> None:
    """Judge 200 metrics of ten pairs."""
    import numpy as np

    from perfadvisor.analyse.gate.compare import judge
    from perfadvisor.analyse.statistics.paired import paired_effect

    for pairs in np.random.default_rng(1).normal(size=(200, 2, 10)) * 0.03:
        judge(paired_effect(pairs[0], pairs[1]), 0.03, 0.05)


if __name__ == "__main__":
    main()
