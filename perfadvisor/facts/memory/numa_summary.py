"""All NUMA nodes together: how many there are, what each kind lacks, and how unlike they are."""

from collections import Counter
from collections.abc import Iterator, Sequence

from perfadvisor.facts.memory.memory import TOTAL
from perfadvisor.facts.memory.numa_node import NumaNode
from perfadvisor.facts.reading import cpulist
from perfadvisor.model.absence import NOT_READ
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.units import Unit

NODE_COUNT = FactSpec(
    name="numa.node_count",
    type=int,
    unit=Unit.COUNT,
    meaning="NUMA nodes; 0 where the kernel knows of none",
    nature=Nature.IDENTITY,
)
SEVERAL = FactSpec(
    name="numa.several_nodes", type=bool, meaning="whether there is more than one NUMA node", nature=Nature.IDENTITY
)
CPU_NODE_COUNT = FactSpec(
    name="numa.cpu_node_count", type=int, unit=Unit.COUNT, meaning="NUMA nodes that have CPUs", nature=Nature.IDENTITY
)
MEMORY_ONLY = FactSpec(
    name="numa.memory_only_nodes",
    type=str,
    meaning="nodes with memory and no CPUs (CXL, HBM, GPU, persistent memory, or set apart by firmware), as a list",
    nature=Nature.IDENTITY,
)
MEMORY_ONLY_DISTANCE = FactSpec(
    name="numa.memory_only_distance_max",
    type=int,
    meaning="largest distance from a node with CPUs to a node with memory alone; 10 is local",
    nature=Nature.IDENTITY,
)
CPU_ONLY = FactSpec(
    name="numa.cpu_only_nodes",
    type=str,
    meaning="nodes that have CPUs and no memory at all, as a list",
    nature=Nature.IDENTITY,
)
CPU_ONLY_CPUS = FactSpec(
    name="numa.cpus_without_local_memory",
    type=int,
    unit=Unit.COUNT,
    meaning="CPUs of the nodes without memory",
    nature=Nature.IDENTITY,
)
SHARED_CPUS = FactSpec(
    name="numa.cpus_in_several_nodes",
    type=str,
    meaning="CPUs listed more than once, as by several nodes (firmware fault), as a list",
    nature=Nature.IDENTITY,
)
DISTANCE_MAX = FactSpec(
    name="numa.distance_max",
    type=int,
    meaning="largest distance between two nodes; 10 is local, 20 twice as far",
    nature=Nature.IDENTITY,
)
CPU_SPREAD = tuple(
    FactSpec(
        name=f"numa.node_cpus_{word}",
        type=int,
        unit=Unit.COUNT,
        meaning=f"{what} CPUs of any node that has some",
        nature=Nature.IDENTITY,
    )
    for word, what in (("min", "fewest"), ("max", "most"))
)
MEMORY_SPREAD = tuple(
    FactSpec(
        name=f"numa.node_memory_{word}_bytes",
        type=int,
        unit=Unit.BYTES,
        meaning=f"{what} memory of any node that has CPUs",
        nature=Nature.IDENTITY,
    )
    for word, what in (("min", "least"), ("max", "most"))
)
_LOPSIDED = (MEMORY_ONLY, MEMORY_ONLY_DISTANCE, CPU_ONLY, CPU_ONLY_CPUS, SHARED_CPUS)
SPECS: tuple[FactSpec, ...] = (
    *(NODE_COUNT, SEVERAL, CPU_NODE_COUNT, *_LOPSIDED, DISTANCE_MAX),
    *(*CPU_SPREAD, *MEMORY_SPREAD),
)


def summary(nodes: list[NumaNode], source: str, *, known: bool) -> Iterator[Fact | Absent]:
    """The facts about all nodes together; `known` says whether the absence of nodes was seen, not just not read."""
    if not known:
        yield from (spec.absent(NOT_READ, source=source) for spec in SPECS)
        return
    yield NODE_COUNT.fact(len(nodes), source=source)
    yield SEVERAL.fact(len(nodes) > 1, source=source)
    yield CPU_NODE_COUNT.fact(sum(bool(node.cpus) for node in nodes), source=source)
    if nodes:
        yield from _lopsided(nodes, source)
        yield _shared(nodes, source)
    else:  # a kernel without NUMA, or its nodes were not read
        yield from (spec.absent("no node was read", source=source) for spec in _LOPSIDED)
    yield DISTANCE_MAX.given(_distance_max(nodes), source=source, reason="no distances given")
    yield from _spread(CPU_SPREAD, [len(node.cpus) for node in nodes if node.cpus], f"{source}/node*/cpulist")
    memory = [node.memory_total for node in nodes if node.cpus]
    yield from _spread(MEMORY_SPREAD, memory, f"{source}/node*/meminfo")


def _shared(nodes: list[NumaNode], source: str) -> Fact | Absent:
    """CPUs that several nodes claim; that there are none is known only where every node's list was read."""
    claims = Counter(cpu for node in nodes for cpu in node.cpus or ())
    shared = [cpu for cpu, count in claims.items() if count > 1]
    unread = not shared and any(node.cpus is None for node in nodes)
    reason = "the CPUs of some node were not read"
    return SHARED_CPUS.given(None if unread else cpulist.format(shared), source=source, reason=reason)


def _lopsided(nodes: list[NumaNode], source: str) -> Iterator[Fact | Absent]:
    """Nodes that have memory alone, or CPUs alone."""
    without_cpus = [node.number for node in nodes if node.cpus == () and node.memory_total != 0]
    unread = [node.number for node in nodes if node.cpus is None or (node.cpus == () and node.memory_total is None)]
    reason = f"what node {cpulist.format(unread)} has was not read"
    yield MEMORY_ONLY.given(None if unread else cpulist.format(without_cpus), source=source, reason=reason)
    far = None if unread or not without_cpus else _distance_to(nodes, without_cpus)
    why = reason if unread else "no distances given" if without_cpus else "every node with memory has CPUs"
    yield MEMORY_ONLY_DISTANCE.given(far, source=source, reason=why)
    unread = [node.number for node in nodes if node.cpus is None or (node.cpus and node.memory_total is None)]
    reason = f"what node {cpulist.format(unread)} has was not read"
    bare = [] if unread else [node for node in nodes if node.cpus and node.memory_total == 0]
    listed = None if unread else cpulist.format([node.number for node in bare])
    yield CPU_ONLY.given(listed, source=source, reason=reason)
    count = None if unread else sum(len(node.cpus or ()) for node in bare)
    yield CPU_ONLY_CPUS.given(count, source=source, reason=reason)


def _distance_to(nodes: list[NumaNode], targets: list[int]) -> int | None:
    """The largest distance that nodes with CPUs state to these; None where one of them states none."""
    found: list[int] = []
    for node in nodes:
        if node.cpus:
            row = _row(nodes, node)
            found += [row[target] for target in targets if target in row]
            if not set(targets) <= row.keys():
                return None
    return max(found, default=None)


def _spread(specs: tuple[FactSpec, ...], values: Sequence[int | None], source: str) -> Iterator[Fact | Absent]:
    """The smallest and the largest; absent where one node was not read, as that could be either."""
    known = [value for value in values if value is not None]
    complete = bool(known) and len(known) == len(values)
    for spec, pick in zip(specs, (min, max), strict=True):
        yield spec.given(pick(known) if complete else None, source=source, reason="not read of every node")


def _distance_max(nodes: list[NumaNode]) -> int | None:
    return max((distance for node in nodes for distance in _row(nodes, node).values()), default=None)


def _row(nodes: list[NumaNode], node: NumaNode) -> dict[int, int]:
    """Node -> its distance from this one. The kernel lists the online nodes in ascending order; a list longer than
    these has an entry for every possible node."""
    numbers = sorted(one.number for one in nodes)
    stated = node.distances or ()
    if len(stated) > len(numbers):
        return {number: stated[number] for number in numbers if number < len(stated)}
    return dict(zip(numbers, stated, strict=False))


def machine_memory(nodes: list[NumaNode], source: str) -> Fact | Absent:
    """The machine's memory as the sum of its nodes', where a text tells these alone; unknown if one is."""
    sizes = [node.memory_total for node in nodes if node.memory_total is not None]
    whole = bool(sizes) and len(sizes) == len(nodes)
    return TOTAL.given(sum(sizes) if whole else None, source=source, reason="the memory of a node is not printed")
