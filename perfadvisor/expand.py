"""A workload declared "for every NUMA node" becomes one workload a node, once the machine is known.

A parameter of "{node}", "{cpu_node}" or "{memory_node}" stands for each node that has memory, has CPUs, has memory; two
different ones give every pair. The id gets the nodes appended: `dma/read-64k-2m` becomes `dma/read-64k-2m-node0`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product

from perfadvisor.model.fact import Scalar
from perfadvisor.model.workload import Workload

_SUFFIX = {"{node}": "node", "{cpu_node}": "cpu", "{memory_node}": "memory"}


def expand(
    workloads: Iterable[Workload], *, cpu_nodes: Sequence[int] = (0,), memory_nodes: Sequence[int] = (0,)
) -> tuple[Workload, ...]:
    """The workloads in their order, those with placeholders replaced by one for each node or pair of nodes."""
    nodes = {"{node}": memory_nodes, "{cpu_node}": cpu_nodes, "{memory_node}": memory_nodes}
    found: list[Workload] = []
    for workload in workloads:
        used = [name for name in _SUFFIX if name in workload.parameters.values()]
        for chosen in product(*(nodes[name] for name in used)):
            found.append(_filled(workload, dict(zip(used, chosen, strict=True))))
    return tuple(found)


def _filled(workload: Workload, chosen: dict[str, int]) -> Workload:
    if not chosen:
        return workload
    parameters: dict[str, Scalar] = {
        name: chosen.get(value, value) if isinstance(value, str) else value
        for name, value in workload.parameters.items()
    }
    words = [f"{_SUFFIX[name]}{node}" for name, node in chosen.items()]
    spoken = ", ".join(f"{_SUFFIX[name]} {node}" for name, node in chosen.items())
    return replace(
        workload, id="-".join([workload.id, *words]), title=f"{workload.title} ({spoken})", parameters=parameters
    )
