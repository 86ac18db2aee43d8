"""A workload declared "for every NUMA node" becomes one workload a node, once the machine is known.

A parameter of "{cpu_node}" or "{memory_node}" stands for each node that has CPUs, or memory; both give every pair, and
"{node}" means nodes that have both. "{device_node}" is the node of the device under test. The id gets the nodes
appended: `dma/read-2m-pages` becomes `dma/read-2m-pages-memory0`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product

from perfadvisor.model.fact import Scalar
from perfadvisor.model.workload import VARIED, Workload

_SUFFIX: dict[Scalar, str] = {"{node}": "node", "{cpu_node}": "cpu", "{memory_node}": "memory"}
_DEVICE = "{device_node}"


def expand(
    workloads: Iterable[Workload],
    *,
    cpu_nodes: Sequence[int] = (0,),
    memory_nodes: Sequence[int] = (0,),
    device_node: int | None = None,
) -> tuple[Workload, ...]:
    """The workloads in their order, those with placeholders replaced by one for each node or pair of nodes.

    Without a `device_node`, or where it has no CPUs, the first node with CPUs is taken."""
    both = [node for node in memory_nodes if node in cpu_nodes]
    nodes: dict[Scalar, Sequence[int]] = {"{node}": both, "{cpu_node}": cpu_nodes, "{memory_node}": memory_nodes}
    device = device_node if device_node in cpu_nodes else next(iter(cpu_nodes), 0)
    found: list[Workload] = []
    for workload in workloads:
        used = [name for name in _SUFFIX if name in workload.parameters.values()]
        for chosen in product(*(nodes[name] for name in used)):
            found.append(_filled(workload, dict(zip(used, chosen, strict=True)), device))
    return tuple(found)


def lone_pairs(
    workloads: Iterable[Workload], *, cpu_nodes: Sequence[int], memory_nodes: Sequence[int]
) -> tuple[Workload, ...]:
    """Those that compare pairs of nodes on a machine with a single pair: the workloads without nodes measure that."""
    if len(cpu_nodes) * len(memory_nodes) > 1:
        return ()
    return tuple(workload for workload in workloads if {"{cpu_node}", "{memory_node}"} <= _placeholders(workload))


def _placeholders(workload: Workload) -> set[Scalar]:
    return {value for value in workload.parameters.values() if value in _SUFFIX}


def _filled(workload: Workload, chosen: dict[Scalar, int], device: int | None) -> Workload:
    values: dict[Scalar, int] = {_DEVICE: device or 0, **chosen}
    parameters = {name: values.get(value, value) for name, value in workload.parameters.items()}
    if not chosen:
        return replace(workload, parameters=parameters)
    words = [f"{_SUFFIX[name]}{node}" for name, node in chosen.items()]
    spoken = ", ".join(f"{_SUFFIX[name]} {node}" for name, node in chosen.items())
    own, mark, varied = workload.id.partition(VARIED)
    return replace(
        workload,
        id="-".join([own, *words]) + mark + varied,
        title=f"{workload.title} ({spoken})",
        parameters=parameters,
    )
