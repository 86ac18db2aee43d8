"""`python -m benchmarks.tune_aa [--series N] [--real N]`: how often `ab` and `tune` claim a gain that is not there.

Recorded noise comes from published histories of fio (see benchmarks/gate_noise.py): values of one series in the order
in which they were recorded, dealt to A and B in turns, as ABBA does. What the machine did meanwhile is still in them.
Real series run one command on both sides, with a setting of an idle loop device changed for B.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.random import Generator

from benchmarks.gate_noise import Floats, real_series
from perfadvisor.cli.running import stop_cleanly
from perfadvisor.gating.interleave import interleaved
from perfadvisor.gating.policy import Policy
from perfadvisor.model.gate import Runs, Side
from perfadvisor.tuning.judging import answer, settled
from perfadvisor.tuning.model import FixAnswer

FILES = ("fio-mountpoint-s3", "github-action-benchmark")
PAIRS = 27
WORK = """
import os, time
started = time.process_time()
sum(i * i for i in range(300000))
spent = time.process_time() - started
with open(os.environ["PERFADVISOR_CSV"], "w") as file:
    file.write(f"workload,metric,unit,better,value\\nwork,cpu,s,lower,{spent}\\n")
"""


def main() -> None:
    """Deal, judge, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--series", type=int, default=100, help="so many from each file")
    asked.add_argument("--real", type=int, default=10)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    stop_cleanly()
    chance = np.random.default_rng(given.seed)
    for name in FILES:
        print(f"{name}: {_told(recorded(name, given.series, chance))}")
    if given.real:
        print(f"real, ab --set: {_told(real(given.real))}")


def recorded(name: str, count: int, chance: Generator) -> Iterator[str]:
    """The answers on so many stretches of recorded noise."""
    series = real_series(f"{name}.json.gz", 2 * PAIRS)
    for _ in range(count if series else 0):
        one = series[int(chance.integers(len(series)))]
        start = int(chance.integers(one.size - 2 * PAIRS + 1))
        yield judged(np.exp(one[start : start + 2 * PAIRS]))


def judged(values: Floats) -> str:
    """What a tune would answer, with these as the runs in turn."""
    left = iter(values)

    def measure(name: str) -> Side:
        runs = Runs(workload="w", metric="rate", unit="", better="higher", values=(float(next(left)),))
        return Side(name=name, runs={runs.key: runs})

    return answer(interleaved(measure, ("a", "b"), Policy().of, most=PAIRS, settled=settled)).value


def real(count: int) -> Iterator[str]:
    """The answers of so many comparisons on this machine."""
    with tempfile.TemporaryDirectory(prefix="tune-aa-") as name:
        folder = Path(name)
        (folder / "work.py").write_text(WORK)
        (folder / "image").write_bytes(bytes(1 << 20))
        node = subprocess.run(
            ["losetup", "--find", "--show", str(folder / "image")], capture_output=True, text=True, check=True
        ).stdout.strip()
        try:
            for _ in range(count):
                yield _compared(folder, Path(node).name)
        finally:
            subprocess.run(["losetup", "--detach", node], check=True)


def _compared(folder: Path, disk: str) -> str:
    out = folder / "result.json"
    command = f"{sys.executable} -I -S {folder / 'work.py'}"
    wanted = ["--set", f"block.read_ahead_kb@{disk}=512", "--cmd", command, "--yes", "--json", str(out)]
    subprocess.run([sys.executable, "-m", "perfadvisor", "ab", *wanted], check=False, capture_output=True)
    verdict = str(json.loads(out.read_text())["report"]["comparisons"][0]["verdict"])
    return FixAnswer.HELPS.value if verdict == "improved" else verdict


def _told(answers: Iterator[str]) -> str:
    found = Counter(answers)
    total = sum(found.values())
    claims = found[FixAnswer.HELPS.value]
    return f"{claims} of {total} claim a gain; {dict(found)}" if total else "data not at hand"


if __name__ == "__main__":
    main()
