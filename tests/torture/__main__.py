"""`python -m tests.torture [--seconds N] [--seed N] [--only STEP] [--what signals,readers,disks] [--out DIR]`.

Goes on until the time is up, step by step; each step follows from the seed and its number alone, so `--only` repeats
one. Prints what was done as a table, and exits with 1 where something went wrong; reproductions lie below --out.
"""

import argparse
import os
import random
import secrets
import time
from pathlib import Path

from tests.runner.conftest import Bench
from tests.torture import disks, kills, readers
from tests.torture.report import Report

READERS_AT_ONCE = 200


def main() -> int:
    """Parse, torture, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=240.0)
    asked.add_argument("--seed", type=int, default=None)
    asked.add_argument("--only", type=int, default=None)
    asked.add_argument("--signals", type=int, default=10**9, help="end after so many signals")
    asked.add_argument("--what", default="signals,readers,disks")
    asked.add_argument("--out", type=Path, default=Path("out/torture"))
    given = asked.parse_args()
    seed = secrets.randbelow(2**31) if given.seed is None else given.seed
    report = torture(given.out, seed, given.seconds, tuple(given.what.split(",")), given.only, given.signals)
    print(report.table())
    return int(bool(report.failures))


def torture(
    out: Path, seed: int, seconds: float, kinds: tuple[str, ...], only: int | None = None, signals: int = 10**9
) -> Report:
    """Go on until the time is up or so many signals were sent."""
    report = Report(out, seed)
    deadline, number = time.monotonic() + seconds, only or 0
    with kills.place() as bench:
        while time.monotonic() < deadline and _sent(report) < signals:
            step(bench, kinds, seed, number, report)
            number += 1
            if only is not None:
                break
    return report


def step(bench: Bench, kinds: tuple[str, ...], seed: int, number: int, report: Report) -> None:
    """One step of a kind that the seed draws."""
    chance = random.Random(f"{seed}/{number}")
    kind = chance.choice(kinds)
    if kind == "signals":
        kills.strike(bench, chance, number, report)
    elif kind == "readers":
        for _ in range(READERS_AT_ONCE):
            readers.feed(chance, number, report)
    elif os.geteuid() == 0:
        disks.fill(bench, chance, number, report)


def _sent(report: Report) -> int:
    return sum(count for (assault, _), count in report.done.items() if assault.startswith("SIG"))


if __name__ == "__main__":
    raise SystemExit(main())
