"""How long the history takes to keep 100,000 results and to find a series among them, in SQLite and in PostgreSQL.

The promises are 10 s for `perfadvisor history ingest --csv` of 100 series of 1,000 points, start-up and reading the
file included, and 50 ms for the points of one series. PostgreSQL is Debian's, with its own settings (fsync on), started
here for the purpose; where it is not installed, that is said.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from perfadvisor.store.database import Database
from perfadvisor.store.query import all_series
from tests.store.cluster import cluster, program

SERIES, POINTS, ASKED = 100, 1000, 20


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="perfadvisor-bench-") as folder:
        points = Path(folder) / "points.csv"
        points.write_text("\n".join(["series,time,value,commit,unit,better", *_rows()]) + "\n")
        _measure("SQLite", points, f"{folder}/history.sqlite")
        if not program("initdb"):
            print("PostgreSQL is not installed (apt install postgresql)")
            return
        with cluster(settings="") as url:
            _measure("PostgreSQL", points, url.format(name="postgres"))


def _rows() -> list[str]:
    chance = random.Random(1)
    return [
        f"build/{series},{1_700_000_000 + 3600 * i},{100 * chance.lognormvariate(0, 0.03)!r},c{i},s,lower"
        for i in range(POINTS)
        for series in range(SERIES)
    ]


def _measure(what: str, points: Path, place: str) -> None:
    seconds = [_ingest(points, place) for _ in range(2)]
    asked = []
    with Database(place).reading() as connection:
        for number in range(ASKED):
            started = time.perf_counter()
            (series,) = all_series(connection, f"build/{number}")
            asked.append(time.perf_counter() - started)
            assert len(series.values) == POINTS
    first, again = seconds
    print(f"{what:<11} {SERIES * POINTS:,} results in {first:.1f} s, all known {again:.1f} s  (promise: 10 s)")
    middle, most = median(asked) * 1e3, max(asked) * 1e3
    print(f"{what:<11} one series out: median {middle:.0f} ms, slowest {most:.0f} ms  (promise: 50 ms)")


def _ingest(points: Path, place: str) -> float:
    argv = [sys.executable, "-m", "perfadvisor", "history", "ingest", "--csv", str(points), "--db", place]
    started = time.perf_counter()
    subprocess.run(argv, check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
