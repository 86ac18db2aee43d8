"""NUMA: the nodes, which CPUs and how much memory each has, and how far they are from one another."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfadvisor.facts.memory.memory import TOTAL
from perfadvisor.facts.reading import cpulist, reader
from perfadvisor.model.absence import NOT_READ
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

SYSTEM = "/sys/devices/system/node"
_CPUS = "/sys/devices/system/cpu"
_BALANCING = "/proc/sys/kernel/numa_balancing"

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
BALANCING = FactSpec(
    name="numa.balancing",
    type=int,
    meaning="automatic NUMA balancing: 0 off, 1 on, 2 memory tiering",
    nature=Nature.SETTING,
)
_STATES = tuple(
    FactSpec(name=f"numa.{name}", type=str, meaning=f"nodes that {what}, as a list", nature=Nature.IDENTITY)
    for name, what in (("online", "are online"), ("has_cpu", "have CPUs"), ("has_memory", "have memory"))
)

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

CATALOGUE: tuple[FactSpec, ...] = (
    *(
        NODE_COUNT,
        SEVERAL,
        CPU_NODE_COUNT,
        MEMORY_ONLY,
        MEMORY_ONLY_DISTANCE,
        CPU_ONLY,
        CPU_ONLY_CPUS,
        SHARED_CPUS,
        DISTANCE_MAX,
        BALANCING,
        *_STATES,
    ),
    *(*CPU_SPREAD, *MEMORY_SPREAD),
    *(CPU_LIST, CPU_COUNT, MEMORY_TOTAL, MEMORY_FREE, DISTANCES),
)
PATTERNS: tuple[str, ...] = (
    *(f"{SYSTEM}/{spec.name.removeprefix('numa.')}" for spec in _STATES),
    *(f"{SYSTEM}/node[0-9]*/{file}" for file in ("cpulist", "meminfo", "distance")),
    _BALANCING,
)


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


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The NUMA facts of this tree."""
    nodes = [_node(tree, number, path) for number, path in reader.numbered(tree, SYSTEM, "node")]
    for node in nodes:
        yield from _node_facts(node, tree)
    yield from summary(nodes, SYSTEM, known=bool(nodes or tree.names(_CPUS)))
    for spec in _STATES:
        yield _state(spec, tree)
    yield reader.integer_fact(BALANCING, tree, _BALANCING)


def _state(spec: FactSpec, tree: Tree) -> Fact | Absent:
    """A list of nodes. Older kernels have has_normal_memory only, which differs for 32-bit high memory alone."""
    path = f"{SYSTEM}/{spec.name.removeprefix('numa.')}"
    if path.endswith("has_memory") and not tree.exists(path):
        path = f"{SYSTEM}/has_normal_memory"
    return reader.fact(spec, tree, path, tree.text(path))


_SUMMARY = (
    *(NODE_COUNT, SEVERAL, CPU_NODE_COUNT, MEMORY_ONLY, MEMORY_ONLY_DISTANCE, CPU_ONLY, CPU_ONLY_CPUS, SHARED_CPUS),
    *(DISTANCE_MAX, *CPU_SPREAD, *MEMORY_SPREAD),
)


_LOPSIDED = (MEMORY_ONLY, MEMORY_ONLY_DISTANCE, CPU_ONLY, CPU_ONLY_CPUS, SHARED_CPUS)


def summary(nodes: list[NumaNode], source: str, *, known: bool) -> Iterator[Fact | Absent]:
    """The facts about all nodes together; `known` says whether the absence of nodes was seen, not just not read."""
    if not known:
        yield from (spec.absent(NOT_READ, source=source) for spec in _SUMMARY)
        return
    yield NODE_COUNT.fact(len(nodes), source=source)
    yield SEVERAL.fact(len(nodes) > 1, source=source)
    yield CPU_NODE_COUNT.fact(sum(bool(node.cpus) for node in nodes), source=source)
    if nodes:
        yield from _lopsided(nodes, source)
        yield _shared(nodes, source)
    else:  # a kernel without NUMA, or nobody read its nodes
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


def _node(tree: Tree, number: int, path: str) -> NumaNode:
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


def _node_facts(node: NumaNode, tree: Tree) -> Iterator[Fact | Absent]:
    subject, where = str(node.number), node.directory
    listed = None if node.cpus is None else cpulist.format(node.cpus)
    yield reader.fact(CPU_LIST, tree, node.cpu_source, listed, subject=subject)
    count = None if node.cpus is None else len(node.cpus)
    yield reader.fact(CPU_COUNT, tree, node.cpu_source, count, subject=subject)
    yield reader.fact(MEMORY_TOTAL, tree, f"{where}/meminfo", node.memory_total, subject=subject)
    yield reader.fact(MEMORY_FREE, tree, f"{where}/meminfo", node.memory_free, subject=subject)
    distances = None if node.distances is None else " ".join(map(str, node.distances))
    yield reader.fact(DISTANCES, tree, f"{where}/distance", distances, subject=subject)
