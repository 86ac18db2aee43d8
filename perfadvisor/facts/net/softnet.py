"""What the kernel did with packets since boot, before any protocol saw them: /proc/net/softnet_stat."""

from collections.abc import Iterator

from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

SOURCE = "/proc/net/softnet_stat"
PATTERNS: tuple[str, ...] = (SOURCE,)


def _spec(name: str, meaning: str) -> FactSpec:
    return FactSpec(name=f"network.softnet_{name}", type=int, unit=Unit.COUNT, meaning=meaning, nature=Nature.MEASURED)


PROCESSED = _spec("processed", "packets that all CPUs took in since boot")
DROPPED = _spec("dropped", "packets dropped since boot because a CPU's backlog was full")
SQUEEZED = _spec("squeezed", "times since boot that a CPU had to stop taking in packets with some left")
CATALOGUE: tuple[FactSpec, ...] = (PROCESSED, DROPPED, SQUEEZED)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The first three columns, in hexadecimal, summed over the CPUs (net/core/net-procfs.c, softnet_seq_show). They
    are 32 bits wide and wrap around."""
    rows = [_row(line) for line in (tree.text(SOURCE) or "").splitlines()]
    complete = bool(rows) and None not in rows
    sums = [sum(column) for column in zip(*(row for row in rows if row), strict=True)] if complete else []
    for number, spec in enumerate(CATALOGUE):
        yield reader.fact(spec, tree, SOURCE, sums[number] if sums else None)


def _row(line: str) -> tuple[int, int, int] | None:
    words = [reader.number(f"0x{word}") for word in line.split()[:3]]
    first, second, third = (*words, None, None, None)[:3]
    return None if first is None or second is None or third is None else (first, second, third)
