"""The size of memory arrays, decided once for all environments and repeats of a run.

dmabench by itself takes at most half of what is available when it starts: a small guest gets smaller arrays than
its host, and the next repeat other ones, and no two of them can be compared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from perfadvisor.formatting import setting
from perfadvisor.model.fact import FactTable
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Workload
from perfadvisor.runner.site import Site
from perfadvisor.tools.dmabench import ARRAYS, DEFAULT_BYTES

MIB = 1 << 20
LEAST_BYTES = 16 * MIB  # as dmabench's LEAST_ARRAY
CACHES = 4  # an array is at least four times all caches in use, as STREAM asks
SHARE = 0.4  # dmabench refuses more than half of what is available then, which may be less than now
ROOMY = 2  # where there is this much more room than needed, what the machine does meanwhile changes nothing


@dataclass(frozen=True, kw_only=True)
class Room:
    """One environment: the array it should have for its caches, and the largest it can have; None for unknown."""

    name: str
    wanted: int
    most: int | None


def sized(workloads: Iterable[Workload], sites: Sequence[Site]) -> tuple[tuple[Workload, ...], tuple[str, ...]]:
    """The workloads, those on memory with one size of arrays where any environment would have chosen another; and what
    was decided, in words."""
    usable = [site for site in sites if not site.refusal]
    found, notes = [], list[str]()
    for workload in workloads:
        size, smallest = _size(workload, usable) if _chooses_itself(workload) else (None, "")
        found.append(
            workload if size is None else replace(workload, parameters={**workload.parameters, "size_bytes": size})
        )
        if size is not None:
            notes.append(f"arrays of {setting(size, Unit.BYTES)} each in all environments, as {smallest} has it")
    counted = [f"memory: {note}" for note in dict.fromkeys(notes)]
    return tuple(found), tuple(counted)


def _chooses_itself(workload: Workload) -> bool:
    parameters = workload.parameters
    return workload.tool == "dmabench" and parameters.get("kernel", "copy") in ARRAYS and "size_bytes" not in parameters


def _size(workload: Workload, sites: Sequence[Site]) -> tuple[int | None, str]:
    """(bytes, the environment that decides); None where every one of them would choose the same by itself, or where
    one has no room even for the smallest array, which it will say itself."""
    rooms = [room(workload, site.name, site.facts) for site in sites]
    if not rooms:
        return None, ""
    wanted = max(one.wanted for one in rooms)
    bounded = [(one.most, one.name) for one in rooms if one.most is not None and one.most >= LEAST_BYTES]
    roomy = all(most >= ROOMY * wanted for most, _ in bounded)
    if not bounded or (roomy and all(one.wanted == DEFAULT_BYTES for one in rooms)):
        return None, ""
    most, name = min(bounded)
    return (min(wanted, most), name) if most < wanted else (wanted, max(rooms, key=lambda one: one.wanted).name)


def room(workload: Workload, name: str, facts: FactTable) -> Room:
    """What one environment needs and has for this workload's arrays."""
    arrays = ARRAYS[str(workload.parameters.get("kernel", "copy"))]
    wanted = max(DEFAULT_BYTES, -(-CACHES * _caches(workload, facts) // MIB) * MIB)
    available = [value for value in _available(workload, facts) if value is not None]
    most = int(min(available) * SHARE / arrays) // MIB * MIB if available else None
    return Room(name=name, wanted=wanted, most=most)


def _caches(workload: Workload, facts: FactTable) -> int:
    """All last-level caches of the CPUs that take part, 0 where their size is unknown (dmabench does the same)."""
    size, sharing = _whole(facts, "cpu.last_level_cache_bytes"), _whole(facts, "cpu.last_level_cache_cpus")
    node = workload.parameters.get("cpu_node", 0)
    own = None if _on_all_nodes(workload) else _whole(facts, "node.cpu_count", str(node))
    cpus = workload.parameters.get("threads") or own
    cpus = 1 if workload.parameters.get("kernel") == "chase" else cpus or _whole(facts, "cpu.online_count")
    if not size or not sharing or not isinstance(cpus, int):
        return 0
    return size * -(-cpus // sharing)


def _available(workload: Workload, facts: FactTable) -> Iterable[int | None]:
    """Bytes that the machine, the node, and the control group still have."""
    yield _whole(facts, "memory.available_bytes")
    node = workload.parameters.get("memory_node", workload.parameters.get("cpu_node", 0))
    free = [_whole(facts, "node.memory_free_bytes", one) for one in facts.of("node.memory_free_bytes")]
    if len(free) > 1 and _on_all_nodes(workload):
        known = [one for one in free if one is not None]
        yield len(free) * min(known) if known else None  # each has a part of the same size
    elif len(free) > 1:
        yield _whole(facts, "node.memory_free_bytes", str(node))
    yield _whole(facts, "cgroup.memory_max_bytes")


def _on_all_nodes(workload: Workload) -> bool:
    return workload.parameters.get("nodes") == "all"


def _whole(facts: FactTable, name: str, subject: str = "") -> int | None:
    value = facts.value(name, subject)
    return value if isinstance(value, int) else None
