"""Guests laid over the NUMA nodes of their host: which node carries their vCPUs, which their memory."""

from collections.abc import Iterator

from perfadvisor.facts.reading import cpulist
from perfadvisor.formatting import count_of
from perfadvisor.model.fact import FactTable


def guests_on(table: FactTable, node: str) -> Iterator[str]:
    """`guest web: 4 vCPUs on 0-3, memory`: a line for each running guest that the node carries anything of."""
    for guest in table.subjects("vm"):
        if table.value("vm.running", guest) is not False:
            parts = [*_processors(table, guest, node), *_memory(table, guest, node)]
            if parts:
                yield f"guest {guest}: {', '.join(parts)}"


def _processors(table: FactTable, guest: str, node: str) -> Iterator[str]:
    if not _names(table, "vm.vcpu_nodes", guest, node):
        return
    count = table.value("vm.vcpus", guest)
    vcpus = count_of(count, "vCPU") if isinstance(count, int) else "vCPUs"
    pinned = _list(table, "vm.pinned_cpus", guest)
    here = cpulist.format(pinned & _list(table, "node.cpu_list", node)) if pinned else ""
    yield f"{vcpus} on {here}" if here else f"{vcpus}, not pinned"


def _memory(table: FactTable, guest: str, node: str) -> Iterator[str]:
    if _names(table, "vm.memory_nodes", guest, node):
        yield "memory"
    elif table.value("vm.memory_nodes", guest) and _names(table, "vm.vcpu_nodes", guest, node):
        yield f"memory on node {table.value('vm.memory_nodes', guest)}"


def _names(table: FactTable, name: str, guest: str, node: str) -> bool:
    """Whether a list of nodes names this one."""
    return node.isdecimal() and int(node) in _list(table, name, guest)


def _list(table: FactTable, name: str, subject: str) -> frozenset[int]:
    return frozenset(cpulist.parse(str(table.value(name, subject) or "")))
