"""Where the memory of a process lies, as `numastat -p` counts it."""

from perfadvisor.model.fact import FactSpec, Nature, SpecMaker
from perfadvisor.model.units import Unit

_spec = SpecMaker("process", Nature.MEASURED)


MEMORY = _spec("memory_bytes", int, "memory it has in RAM, to the hundredth of a MiB", Unit.BYTES)
NODES = _spec("nodes_with_memory", int, "NUMA nodes that hold some of it", Unit.COUNT)
LARGEST = _spec("largest_node_share", float, "share of it on the node that holds most", Unit.RATIO)
PROGRAM = _spec("program", str, "its program")
CATALOGUE: tuple[FactSpec, ...] = (MEMORY, NODES, LARGEST, PROGRAM)
