"""Runs of a fleet stored and asked: 10,000 runs of a hundred cells, into PostgreSQL, compared, and on a page.

`python -m benchmarks.fleet_store [HOSTS [CELLS [DIR]]]`. The runs are made up, with the settings of a recorded machine:
hosts differ by 2 %, one in a hundred is 20 % slow and has another setting. They are kept in DIR, which stays. The
PostgreSQL is one of our own, with its usual settings. Exits 1 where a goal is missed.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.fleet_hosts import bases
from perfadvisor.fleet.comparing import comparison
from perfadvisor.fleet.digests import settings_of
from perfadvisor.fleet.kept import KeptHosts, packed
from perfadvisor.fleet.one import of_snapshot
from perfadvisor.fleet.sources import fleet_digest, store_hosts
from perfadvisor.model.fleet import FleetCell, FleetFact, HostRecord
from perfadvisor.packs.rules import load_rules
from perfadvisor.report.fleet.html import fleet_page
from tests.store.cluster import cluster

HOSTS, CELLS, BATCH = 10_000, 100, 100
SLOW, SLOWER, BETWEEN, WITHIN = 0.01, 0.8, 0.02, 0.008
PLANTED = FleetFact("memory.swappiness", "", 1)
INGEST_S, OUTLIERS_S, PAGE_S, PAGE_BYTES = 60.0, 2.0, 5.0, 5e6


def made(hosts: int, cells: int) -> Iterator[HostRecord]:
    """The runs, and which are slow is to be seen from what is planted."""
    chance = np.random.default_rng(1)
    base = of_snapshot(bases()[0], HostRecord(host="base", source="", content=""), load_rules())
    facts = tuple(one for one in settings_of(base.facts) if one[:2] != PLANTED[:2])
    level = chance.uniform(1e3, 1e6, cells)
    for number in range(hosts):
        slow = chance.random() < SLOW
        medians = level * np.exp(chance.normal(0, BETWEEN, cells)) * (SLOWER if slow else 1.0)
        yield replace(
            base,
            host=f"host-{number:05}",
            content=f"{number}",
            received=1.78e9,
            facts=(*facts, PLANTED if slow else PLANTED._replace(value=60)),
            cells=tuple(_cell(place, float(median)) for place, median in enumerate(medians)),
        )


def _cell(place: int, median: float) -> FleetCell:
    bounds = (median * (1 - WITHIN), median * (1 + WITHIN), 0.9375)
    return FleetCell(f"storage/w{place:03}", "local", "read.iops", "iops", "higher", median, *bounds, 5, "VALID")


def kept(out: Path, hosts: int, cells: int) -> None:
    """Keep the runs as `fleet judge` does; what lies there already is taken."""
    place = KeptHosts(out)
    place.make()
    if next(place.batches(), None) is not None:
        return
    records = made(hosts, cells)
    for _ in range(0, hosts, BATCH):
        place.add(packed(list(islice(records, BATCH)), "made up"))


def seconds(what: str, began: float, most: float) -> bool:
    """Print how long it took; whether that is within the goal."""
    took = time.monotonic() - began
    print(f"{what:36} {took:7.2f} s (goal {most:.0f} s)", flush=True)
    return took <= most


def main() -> None:
    """The figures."""
    hosts, cells = (*map(int, sys.argv[1:3]), *(HOSTS, CELLS)[len(sys.argv[1:3]) :])
    with tempfile.TemporaryDirectory(prefix="pa-fleet-store-") as folder, cluster(settings="") as url:
        out = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(folder) / "out"
        kept(out, hosts, cells)
        print(f"{hosts:,} runs, {hosts * cells:,} cells")
        sys.exit(not measured(out, url.format(name="postgres")))


def measured(out: Path, place: str) -> bool:
    """Everything; whether each goal is met."""
    began = time.monotonic()
    print(f"  {store_hosts(out, place)[0]:,} stored")
    met = [seconds("into PostgreSQL", began, INGEST_S)]
    began = time.monotonic()
    found = comparison(fleet_digest(place))
    met.append(seconds("outliers, from PostgreSQL", began, OUTLIERS_S))
    slow = {one.host for one in found.outliers.outliers if one.worse}
    reasons = {step.key.name for reason in found.reasons for step in reason.steps}
    print(f"  {len(slow)} hosts worse, {len({one.host for one in found.odd})} with odd settings, reasons {reasons}")
    began = time.monotonic()
    page = fleet_page(found).encode()
    met.append(seconds("page", began, PAGE_S))
    print(f"  {len(page) / 1e6:.2f} MB (goal {PAGE_BYTES / 1e6:.0f} MB)")
    (out.parent / "fleet-store.html").write_bytes(page)
    return all(met) and len(page) <= PAGE_BYTES


if __name__ == "__main__":
    main()
