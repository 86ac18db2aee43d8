"""What `numactl --hardware` prints: the nodes, their CPUs, memory, and the table of distances."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from perfadvisor.facts.cpu import cpu
from perfadvisor.facts.memory import numa_node, numa_summary
from perfadvisor.facts.reading import cpulist, reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ numactl --hardware"

MIB = 1 << 20

_LINE = re.compile(r"node ([0-9]{1,5}) (cpus|size|free):(.*)", re.ASCII)
_ROW = re.compile(r"([0-9]{1,5}):((?:\s+[0-9]{1,5})+)", re.ASCII)


@dataclass(slots=True)
class _Node:
    """One node as it was printed; `cpus` as listed, repeats included."""

    cpus: tuple[int, ...] | None = None
    size: int | None = None
    free: int | None = None
    distances: tuple[int, ...] | None = None


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The facts of the text, under the names they have when read from a machine."""
    nodes = _parse(decoded(data))
    for number, node in sorted(nodes.items()):
        yield from _node_facts(str(number), node, source)
    known = [_as_read(number, node, source) for number, node in sorted(nodes.items())]
    yield from numa_summary.summary(known, source, known=bool(known))
    yield numa_summary.machine_memory(known, source)
    distinct = {cpu_id for node in nodes.values() for cpu_id in node.cpus or ()}
    yield cpu.ONLINE_COUNT.given(len(distinct) or None, source=source, reason="no node lists CPUs")


def _parse(text: str) -> dict[int, _Node]:
    nodes: dict[int, _Node] = {}
    in_table = False
    for line in text.splitlines():
        stripped = line.strip()
        in_table = in_table or stripped.startswith("node distances")
        match, row = _LINE.fullmatch(stripped), _ROW.fullmatch(stripped)
        if match and int(match.group(1)) <= cpulist.MAX_ID:
            _keep(nodes.setdefault(int(match.group(1)), _Node()), match.group(2), match.group(3).split())
        elif in_table and row and int(row.group(1)) in nodes:
            nodes[int(row.group(1))].distances = tuple(map(int, row.group(2).split()))
    return nodes


def _keep(node: _Node, what: str, words: list[str]) -> None:
    if what == "cpus":
        numbers = [reader.number(word) for word in words[: cpulist.MAX_ID]]
        node.cpus = tuple(n for n in numbers if n is not None and 0 <= n <= cpulist.MAX_ID)
    elif len(words) == 2 and words[1] == "MB":  # numactl counts in MiB: it shifts bytes by 20 (numactl.c)
        size = reader.number(words[0])
        if what == "size":
            node.size = size
        else:
            node.free = size


def _as_read(number: int, node: _Node, source: str) -> numa_node.NumaNode:
    return numa_node.NumaNode(
        number=number,
        cpus=node.cpus,
        memory_total=_bytes(node.size),
        memory_free=_bytes(node.free),
        distances=node.distances,
        cpu_source=source,
        directory=source,
    )


def _bytes(mib: int | None) -> int | None:
    return None if mib is None or mib < 0 else mib * MIB


def _node_facts(subject: str, node: _Node, source: str) -> Iterator[Fact | Absent]:
    listed = None if node.cpus is None else cpulist.format(node.cpus)
    count = None if node.cpus is None else len(node.cpus)  # as listed, also where a CPU is listed twice
    distances = None if node.distances is None else " ".join(map(str, node.distances))
    values = (
        (numa_node.CPU_LIST, listed),
        (numa_node.CPU_COUNT, count),
        (numa_node.MEMORY_TOTAL, _bytes(node.size)),
        (numa_node.MEMORY_FREE, _bytes(node.free)),
        (numa_node.DISTANCES, distances),
    )
    for spec, value in values:
        yield spec.given(value, source=source, subject=subject, reason="not printed")
