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

from tests.torture import disks, kills, readers
from tests.torture.report import Report, table_of
from tests.torture.world import World, world

READERS_AT_ONCE = 200


def main() -> int:
    """Parse, torture, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=240.0)
    asked.add_argument("--seed", type=int, default=None)
    asked.add_argument("--only", type=int, default=None)
    asked.add_argument("--signals", type=int, default=10**9, help="end after so many signals")
    asked.add_argument("--what", default="signals,readers,disks")
    asked.add_argument("--victims", default="", help="only commands whose names begin so, separated by commas")
    asked.add_argument("--total", type=Path, nargs="+", help="print the sums of such reports and stop")
    asked.add_argument("--out", type=Path, default=Path("out/torture"))
    given = asked.parse_args()
    if given.total:
        print(table_of(given.total))
        return 0
    seed = secrets.randbelow(2**31) if given.seed is None else given.seed
    wanted = tuple(name for name in given.victims.split(",") if name)
    report = torture(given.out, seed, given.seconds, tuple(given.what.split(",")), given.only, given.signals, wanted)
    report.keep()
    print(report.table())
    return int(bool(report.failures))


def torture(
    out: Path,
    seed: int,
    seconds: float,
    kinds: tuple[str, ...],
    only: int | None = None,
    signals: int = 10**9,
    victims: tuple[str, ...] = (),
) -> Report:
    """Go on until the time is up or so many signals were sent."""
    report = Report(out, seed)
    deadline, number = time.monotonic() + seconds, only or 0
    engines = "signals" in kinds and (not victims or any(one.startswith(("podman", "docker")) for one in victims))
    with world(engines) as place:
        while time.monotonic() < deadline and _sent(report) < signals:
            step(place, kinds, seed, number, report, victims)
            number += 1
            if only is not None:
                break
    return report


def step(
    place: World, kinds: tuple[str, ...], seed: int, number: int, report: Report, victims: tuple[str, ...]
) -> None:
    """One step of a kind that the seed draws."""
    chance = random.Random(f"{seed}/{number}")
    kind = chance.choice(kinds)
    if kind == "signals":
        kills.strike(place, chance, number, report, victims)
    elif kind == "readers":
        for _ in range(READERS_AT_ONCE):
            readers.feed(chance, number, report)
    elif os.geteuid() == 0:
        disks.fill(place, chance, number, report)


def _sent(report: Report) -> int:
    return sum(count for (assault, _), count in report.done.items() if assault.startswith("SIG"))


if __name__ == "__main__":
    raise SystemExit(main())
