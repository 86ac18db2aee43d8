"""Where memory was allocated since boot: how often a node had to send an allocation on to another one."""

from collections.abc import Iterator

from perfadvisor.facts.memory.numa import SYSTEM
from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

PATTERNS: tuple[str, ...] = (f"{SYSTEM}/node[0-9]*/numastat",)

HIT = FactSpec(
    name="node.allocations_here",
    type=int,
    unit=Unit.PAGES,
    subject="node",
    meaning="pages wanted from the node since boot and given by it (numa_hit)",
    nature=Nature.MEASURED,
)
FOREIGN = FactSpec(
    name="node.allocations_elsewhere",
    type=int,
    unit=Unit.PAGES,
    subject="node",
    meaning="pages wanted from the node since boot and given by another (numa_foreign)",
    nature=Nature.MEASURED,
)
SHARE = FactSpec(
    name="node.elsewhere_share",
    type=float,
    unit=Unit.RATIO,
    subject="node",
    meaning="share of the pages wanted from the node since boot that another node gave",
    nature=Nature.MEASURED,
)
CATALOGUE: tuple[FactSpec, ...] = (HIT, FOREIGN, SHARE)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The counters of every node (Documentation/admin-guide/numastat.rst)."""
    for number, directory in reader.numbered(tree, SYSTEM, "node"):
        path, subject = f"{directory}/numastat", str(number)
        counts = reader.fields(tree.text(path), " ")
        hit, foreign = (reader.number(counts.get(name)) for name in ("numa_hit", "numa_foreign"))
        yield reader.fact(HIT, tree, path, hit, subject=subject)
        yield reader.fact(FOREIGN, tree, path, foreign, subject=subject)
        yield SHARE.given(_share(hit, foreign), source=path, subject=subject, reason="nothing was counted")


def _share(hit: int | None, foreign: int | None) -> float | None:
    if hit is None or foreign is None or hit + foreign == 0:
        return None
    return foreign / (hit + foreign)
