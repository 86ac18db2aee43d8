"""How this tree's start-up, analysis and report compare with those of another commit, measured in turns.

`python -m benchmarks.against COMMIT [ROUNDS|instructions]` checks the commit out into a temporary directory and
measures both trees with the same interpreter and libraries, in the order ABBA. Each figure is the median of its pairs'
ratios with a 95 % interval; above 1 means that this tree is slower. The analysis is timed by each tree's own
benchmark, once it has started; rules and facts have become more, and both numbers are printed.

`instructions` has valgrind count what the processor executes instead, once: other work on the machine does not change
that number, and waiting is not part of it.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.analysis import LARGE, MACHINES
from perfadvisor.analyse.statistics.estimate import order_interval

HERE = Path(__file__).resolve().parents[1]
ROUNDS = 10
JUDGE = "from benchmarks.analysis import CODE; exec(CODE)"
BEFORE_IT = "from benchmarks.analysis import CODE; exec(CODE.partition('began =')[0])"  # all but the judgement
COUNT = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")


class Figure(NamedTuple):
    """What is run; `timed` says that it prints its own seconds, with the number of facts and rules in columns 3, 4."""

    argv: tuple[str, ...]
    timed: bool = False


def figures() -> Mapping[str, Figure]:
    """Every figure by its name."""
    machines = [path for name in LARGE if (path := MACHINES / name).is_file()]
    return {
        "perfadvisor --help": Figure(("-m", "perfadvisor", "--help")),
        "perfadvisor gate --help": Figure(("-m", "perfadvisor", "gate", "--help")),
        **{f"analysis of {path.name}": Figure(("-c", JUDGE, str(path)), timed=True) for path in machines},
        "analysis of this machine": Figure(("-c", JUDGE, ""), timed=True),
        "report, 50 workloads, 20 runs each": Figure(("-m", "benchmarks.report", "20", "6")),
        "report, 200 workloads, 5 runs each": Figure(("-m", "benchmarks.report", "5", "25")),
    }


def once(tree: Path, figure: Figure) -> tuple[float, str]:
    """Seconds of one fresh process on this tree's code, and what it printed."""
    environment = os.environ | {"PYTHONPATH": str(tree)}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *figure.argv], cwd=tree, env=environment, check=True, capture_output=True, text=True
    )
    spent = time.perf_counter() - began
    return (float(done.stdout.split()[0]) if figure.timed else spent), done.stdout


def counted(tree: Path, argv: tuple[str, ...]) -> int:
    """Instructions of one process and its imports; with the same order of sets in each."""
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONHASHSEED": "0"}
    command = [*COUNT, sys.executable, *argv]
    done = subprocess.run(command, cwd=tree, env=environment, check=True, capture_output=True, text=True)
    return int(done.stderr.rpartition("Collected : ")[2].split()[0])


def count(other: Path) -> None:
    """Print the table of instructions."""
    for name, figure in figures().items():
        found = []
        for tree in (other, HERE):
            once(tree, figure)  # writes what Python and perfadvisor cache
            before = counted(tree, ("-c", BEFORE_IT, figure.argv[-1])) if figure.timed else 0
            found.append((counted(tree, figure.argv) - before) / 1e6)
        print(f"{name:<44} {found[0]:9.1f} M {found[1]:9.1f} M  ratio {found[1] / found[0]:.3f}", flush=True)


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """The commit in a temporary directory, which goes away afterwards."""
    with tempfile.TemporaryDirectory(prefix="perfadvisor-against-") as parent:
        archive = subprocess.run(["git", "archive", commit], cwd=HERE, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", parent], input=archive, check=True)
        yield Path(parent)


def compared(old: list[float], new: list[float]) -> str:
    """The medians, and the ratio new to old over the pairs, with the interval of their median (order statistics)."""
    ratios = sorted(after / before for before, after in zip(old, new, strict=True))
    low, high, _ = order_interval(len(ratios))
    middle = f"{median(old) * 1e3:8.1f} ms {median(new) * 1e3:8.1f} ms"
    return f"{middle}  ratio {median(ratios):.2f} ({ratios[low]:.2f} to {ratios[high]:.2f})"


def main() -> None:
    commit, how = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else str(ROUNDS)
    with checked_out(commit) as other:
        print(f"{'':<44} {commit[:10]:>11} {'this tree':>11}")
        if how == "instructions":
            count(other)
        else:
            time_both(other, int(how))


def time_both(other: Path, rounds: int) -> None:
    """Print the table of times."""
    for name, figure in figures().items():
        times: dict[Path, list[float]] = {other: [], HERE: []}
        said = {tree: once(tree, figure)[1].split() for tree in times}  # also warms the caches of both
        for turn in range(rounds):
            for tree in (other, HERE) if turn % 2 == 0 else (HERE, other):
                times[tree].append(once(tree, figure)[0])
        counts = "; ".join("{2} facts, {3} rules".format(*said[tree]) for tree in times) if figure.timed else ""
        print(f"{name:<44} {compared(times[other], times[HERE])}  {counts}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
