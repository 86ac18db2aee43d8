"""NUMA: the nodes, which CPUs and how much memory each has, and how far they are from one another."""

from collections.abc import Iterator

from perfadvisor.facts.memory import numa_node, numa_summary
from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree

SYSTEM = "/sys/devices/system/node"
_CPUS = "/sys/devices/system/cpu"
_BALANCING = "/proc/sys/kernel/numa_balancing"

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
CATALOGUE: tuple[FactSpec, ...] = (*numa_summary.SPECS, BALANCING, *_STATES, *numa_node.SPECS)
PATTERNS: tuple[str, ...] = (
    *(f"{SYSTEM}/{spec.name.removeprefix('numa.')}" for spec in _STATES),
    *(f"{SYSTEM}/node[0-9]*/{file}" for file in ("cpulist", "meminfo", "distance")),
    numa_node.PACKAGE_ID.format("[0-9]*"),
    _BALANCING,
)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The NUMA facts of this tree."""
    nodes = [numa_node.read(tree, number, path) for number, path in reader.numbered(tree, SYSTEM, "node")]
    for node in nodes:
        yield from numa_node.facts(node, tree)
    yield from numa_summary.summary(nodes, SYSTEM, known=bool(nodes or tree.names(_CPUS)))
    for spec in _STATES:
        yield _state(spec, tree)
    yield reader.integer_fact(BALANCING, tree, _BALANCING)


def _state(spec: FactSpec, tree: Tree) -> Fact | Absent:
    """A list of nodes. Older kernels have has_normal_memory only, which differs for 32-bit high memory alone."""
    path = f"{SYSTEM}/{spec.name.removeprefix('numa.')}"
    if path.endswith("has_memory") and not tree.exists(path):
        path = f"{SYSTEM}/has_normal_memory"
    return reader.fact(spec, tree, path, tree.text(path))
