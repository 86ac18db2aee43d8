"""A fleet of generated hosts judged centrally: time, memory and CPU time per host; then compared, reported and stored.

`python -m benchmarks.fleet [HOSTS [PROCESSES [DIR]]]`. Making the hosts is not counted; they are the first of what
`python -m benchmarks.fleet_hosts` has written to DIR, where it is given.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.fleet_hosts import BROKEN, PLANTS, SEED, made_hosts, name_of, planned
from perfadvisor.fleet.comparing import comparison
from perfadvisor.fleet.judging import judge_fleet
from perfadvisor.fleet.sources import fleet_digest, store_hosts
from perfadvisor.report.fleet.html import fleet_page

HOSTS = 10_000


def cpu_seconds() -> float:
    """CPU time of this process and of the children that ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@contextmanager
def timed(what: str, hosts: int) -> Iterator[None]:
    """Print the wall time, the rate, and the CPU time of one host."""
    began, cpu = time.monotonic(), cpu_seconds()
    yield
    wall, used = time.monotonic() - began, cpu_seconds() - cpu
    rate, each = hosts / wall, 1000 * used / hosts
    print(f"{what:44} {wall:8.1f} s {rate:8.0f} hosts/s {each:7.2f} ms of CPU a host", flush=True)


def main() -> None:
    """Print the table."""
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else HOSTS
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="pa-fleet-bench-") as folder:
        given = Path(sys.argv[3]) if len(sys.argv) > 3 else _written(Path(folder) / "bundles", hosts)
        measure(Path(folder), sorted(given.iterdir())[:hosts], planned(len(list(given.iterdir())), SEED), processes)


def _written(folder: Path, hosts: int) -> Path:
    folder.mkdir()
    for made in made_hosts(hosts, SEED):
        (folder / f"{made.name}.tar.gz").write_bytes(made.data)
    return folder


def measure(folder: Path, bundles: Sequence[Path], kinds: Mapping[int, str], processes: int) -> None:
    """Everything for one size."""
    out, hosts = folder / "out", len(bundles)
    planted = {name_of(number): kinds[number] for number in range(hosts) if number in kinds}
    bad = {name for name, kind in planted.items() if kind == BROKEN}
    with timed("judge archives", hosts):
        done = judge_fleet(bundles, out, processes=processes)
    named, others = len({host for host, _ in done.bad} & bad), len(done.bad) - len(bad)
    print(f"  broken files named: {named} of {len(bad)}, others: {others}")
    with timed("judge again, nothing new", hosts):
        judge_fleet(bundles, out, processes=processes)
    with timed("judge again by other rules, from kept facts", hosts):
        again = judge_fleet(bundles, out, [_own_rules(folder)], processes=processes)
    print(f"  judged again: {again.again}")
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    kept = sum(file.stat().st_size for file in (out / "hosts").iterdir())
    print(f"  largest process {peak / 1024:.0f} MiB; kept {kept / hosts / 1024:.1f} KiB a host")
    with timed("compare", hosts):
        found = comparison(fleet_digest(str(out)))
    odd = {one.host for one in found.odd}
    truth = planted.keys() - bad
    print(
        f"  planted hosts named: {len(odd & truth)} of {len(truth)} ({len(PLANTS)} kinds), others: {len(odd - truth)}"
    )
    page: list[str] = []
    with timed("page", hosts):
        page.append(fleet_page(found))
    print(f"  {len(page[0].encode()) / 1e6:.2f} MB")
    with timed("store in SQLite", hosts):
        new, known = store_hosts(out, str(folder / "fleet.sqlite"))
    print(f"  {new} stored, {known} known before")


def _own_rules(folder: Path) -> Path:
    """A directory with one rule more, so that all rules are others than before."""
    from perfadvisor.packs.rules import rule_files

    rules = folder / "rules" / "memory"
    rules.mkdir(parents=True)
    text = next(file for file in rule_files() if file.stem == "memory-ksm-active").read_text()
    (rules / "own-ksm-active.yaml").write_text(text.replace("id: memory-ksm-active", "id: own-ksm-active"))
    return folder / "rules"


if __name__ == "__main__":
    main()
