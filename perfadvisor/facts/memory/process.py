"""Where the memory of a process lies, as `numastat -p` counts it."""

from perfadvisor.model.fact import FactSpec, Nature
from perfadvisor.model.units import Unit


def _spec(name: str, kind: type[int] | type[float] | type[str], unit: Unit, meaning: str) -> FactSpec:
    return FactSpec(
        name=f"process.{name}", type=kind, unit=unit, subject="process", meaning=meaning, nature=Nature.MEASURED
    )


MEMORY = _spec("memory_bytes", int, Unit.BYTES, "memory it has in RAM, to the hundredth of a MiB")
NODES = _spec("nodes_with_memory", int, Unit.COUNT, "NUMA nodes that hold some of it")
LARGEST = _spec("largest_node_share", float, Unit.RATIO, "share of it on the node that holds most")
PROGRAM = _spec("program", str, Unit.NONE, "its program")
CATALOGUE: tuple[FactSpec, ...] = (MEMORY, NODES, LARGEST, PROGRAM)
