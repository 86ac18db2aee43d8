"""One NUMA node: its CPUs, its memory, and how far the others are from it."""

from collections.abc import Iterator
from dataclasses import dataclass

from perfadvisor.facts.reading import cpulist, reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

CPU_LIST = FactSpec(
    name="node.cpu_list", type=str, subject="node", meaning="CPUs of the node, as a list", nature=Nature.IDENTITY
)
CPU_COUNT = FactSpec(
    name="node.cpu_count", type=int, unit=Unit.COUNT, subject="node", meaning="CPUs of the node", nature=Nature.IDENTITY
)
MEMORY_TOTAL = FactSpec(
    name="node.memory_total_bytes",
    type=int,
    unit=Unit.BYTES,
    subject="node",
    meaning="memory of the node",
    nature=Nature.IDENTITY,
)
MEMORY_FREE = FactSpec(
    name="node.memory_free_bytes",
    type=int,
    unit=Unit.BYTES,
    subject="node",
    meaning="free memory of the node",
    nature=Nature.MEASURED,
)
DISTANCES = FactSpec(
    name="node.distances",
    type=str,
    subject="node",
    meaning="distances to the online nodes in ascending order",
    nature=Nature.IDENTITY,
)
PACKAGES = FactSpec(
    name="node.packages",
    type=str,
    subject="node",
    meaning="CPU packages (sockets) that the CPUs of the node are part of, as a list",
    nature=Nature.IDENTITY,
)
SPECS: tuple[FactSpec, ...] = (CPU_LIST, CPU_COUNT, MEMORY_TOTAL, MEMORY_FREE, DISTANCES, PACKAGES)
PACKAGE_ID = "/sys/devices/system/cpu/cpu{}/topology/physical_package_id"


@dataclass(frozen=True, kw_only=True, slots=True)
class NumaNode:
    """One node as it was read; None for what was not. `cpus` is empty for a node that has none."""

    number: int
    cpus: tuple[int, ...] | None
    memory_total: int | None
    memory_free: int | None
    distances: tuple[int, ...] | None
    cpu_source: str
    directory: str


def read(tree: Tree, number: int, path: str) -> NumaNode:
    memory = _memory(tree.text(f"{path}/meminfo"))
    cpus, source = _cpus(tree, path)
    return NumaNode(
        number=number,
        cpus=cpus,
        memory_total=reader.kibibytes(memory.get("MemTotal")),
        memory_free=reader.kibibytes(memory.get("MemFree")),
        distances=_distances(tree.text(f"{path}/distance")),
        cpu_source=source,
        directory=path,
    )


def memory_total(text: str | None) -> int | None:
    """The bytes of a node's MemTotal, from the text of its meminfo."""
    return reader.kibibytes(_memory(text).get("MemTotal"))


def _memory(text: str | None) -> dict[str, str]:
    """The lines "Node 0 MemTotal:  123 kB" by their last word."""
    return {key.split()[-1]: value for key, value in reader.fields(text).items() if key}


def _cpus(tree: Tree, path: str) -> tuple[tuple[int, ...] | None, str]:
    """The node's CPUs and where that was read: the list, or the mask where only that was kept."""
    text = tree.text(f"{path}/cpulist")
    if text is not None:
        cpus = cpulist.parse(text)
        return (cpus if cpus or not text else None), f"{path}/cpulist"
    mask = tree.text(f"{path}/cpumap")
    return (cpulist.parse_mask(mask) if mask else None), f"{path}/cpumap" if mask else f"{path}/cpulist"


def _distances(text: str | None) -> tuple[int, ...] | None:
    numbers = [reader.number(word) for word in (text or "").split()]
    return tuple(n for n in numbers if n is not None) if numbers and None not in numbers else None


def facts(node: NumaNode, tree: Tree) -> Iterator[Fact | Absent]:
    subject, where = str(node.number), node.directory
    listed = None if node.cpus is None else cpulist.format(node.cpus)
    yield reader.fact(CPU_LIST, tree, node.cpu_source, listed, subject=subject)
    count = None if node.cpus is None else len(node.cpus)
    yield reader.fact(CPU_COUNT, tree, node.cpu_source, count, subject=subject)
    yield reader.fact(MEMORY_TOTAL, tree, f"{where}/meminfo", node.memory_total, subject=subject)
    yield reader.fact(MEMORY_FREE, tree, f"{where}/meminfo", node.memory_free, subject=subject)
    distances = None if node.distances is None else " ".join(map(str, node.distances))
    yield reader.fact(DISTANCES, tree, f"{where}/distance", distances, subject=subject)
    yield _packages(node, tree)


def _packages(node: NumaNode, tree: Tree) -> Fact | Absent:
    """Absent where a CPU of the node does not say (-1 on some virtual machines)."""
    ids = [tree.integer(PACKAGE_ID.format(cpu)) for cpu in node.cpus or ()]
    known = {one for one in ids if one is not None and one >= 0}
    whole = bool(ids) and None not in ids and len(known) == len(set(ids))
    why = "the node has no CPUs" if node.cpus == () else "not every CPU of the node says which package it is in"
    source = PACKAGE_ID.format("*")
    return PACKAGES.given(cpulist.format(known) if whole else None, source=source, subject=str(node.number), reason=why)
