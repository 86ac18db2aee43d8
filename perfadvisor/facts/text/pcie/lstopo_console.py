"""hwloc's topology as `lstopo` prints it without a screen: CPUs, nodes, and which device is at which PCI function."""

import re
from collections.abc import Iterator, Sequence

from perfadvisor.facts.block import block
from perfadvisor.facts.cpu import cpu
from perfadvisor.facts.memory import numa_node, numa_summary
from perfadvisor.facts.net import network
from perfadvisor.facts.reading import cpulist, sizes
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.facts.text.lspci_parse import full_address
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ lstopo --of console"
HEAD = r"\s*Machine \([0-9.]+[KMGT]B(?: total)?\)"
_UNIT = re.compile(r"\bPU L#[0-9]{1,5} \(P#([0-9]{1,5})\)")
_PACKAGE = re.compile(r"\b(?:Package|Socket) (?:L#|P#)[0-9]{1,4}\b")
_NODE = re.compile(r"\bNUMANode L#[0-9]{1,4} \(P#([0-9]{1,4})(?: (?:local=)?([0-9]{1,9})([KM])B)?")
_FUNCTION = re.compile(r"\bPCI ((?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\b")
_DEVICE = re.compile(r"\b(?:Net(?:work)?|Block(?:\([\w/-]+\))?)(?: L#[0-9]{1,4})? \"(\w[\w.-]{0,31})\"")
_MOST_LINES = 100_000
Facts = Iterator[Fact | Absent]
Lines = Sequence[tuple[int, str]]


def facts(data: bytes, *, source: str = SOURCE) -> Facts:
    """Counts only where the line of the machine is there, and what was under it."""
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in decoded(data).splitlines()[:_MOST_LINES]]
    if any(re.match(HEAD, text) for _, text in lines):
        yield from _machine(lines, source)
    yield from _devices(lines, source)


def _machine(lines: Lines, source: str) -> Facts:
    units = {unit for _, text in lines for unit in _UNIT.findall(text)}
    packages = sum(len(_PACKAGE.findall(text)) for _, text in lines)
    yield cpu.ONLINE_COUNT.given(len(units) or None, source=source, reason="no processing unit is in it")
    yield cpu.PACKAGE_COUNT.given(packages or None, source=source, reason="no package is in it")
    nodes = [_node(lines, place, match, source) for place, match in _nodes(lines)]
    for node in nodes:
        subject, listed = str(node.number), None if node.cpus is None else cpulist.format(node.cpus)
        yield numa_node.CPU_LIST.given(listed, source=source, subject=subject)
        yield numa_node.MEMORY_TOTAL.given(
            node.memory_total, source=source, subject=subject, reason="rounded to gigabytes, or not printed"
        )
    yield from numa_summary.summary(nodes, source, known=bool(nodes))


def _nodes(lines: Lines) -> list[tuple[int, re.Match[str]]]:
    return [(place, match) for place, (_, text) in enumerate(lines) for match in _NODE.finditer(text)]


def _node(lines: Lines, place: int, match: re.Match[str], source: str) -> numa_node.NumaNode:
    memory = sizes.qemu(f"{match[2]}{match[3]}") if match[2] else None
    return numa_node.NumaNode(
        number=int(match[1]),
        cpus=_cpus(lines, place),
        memory_total=memory,
        memory_free=None,
        distances=None,
        cpu_source=source,
        directory=source,
    )


def _cpus(lines: Lines, place: int) -> tuple[int, ...] | None:
    """The units below a node (hwloc 1), or those beside it below the same parent (hwloc 2). None where another node
    is there, too, so that it is not known whose they are."""
    own = _below(lines, place)
    if found := _units(own):
        return found
    indent = lines[place][0]
    parent = next((at for at in range(place - 1, -1, -1) if lines[at][0] < indent), None)
    if parent is None:
        return None
    beside = [lines[parent], *_below(lines, parent)]
    alone = sum(bool(_NODE.search(text)) for _, text in beside) == 1
    return _units(beside) or None if alone else None


def _below(lines: Lines, place: int) -> Lines:
    indent = lines[place][0]
    end = next((at for at in range(place + 1, len(lines)) if lines[at][0] <= indent), len(lines))
    return lines[place:end]


def _units(lines: Lines) -> tuple[int, ...]:
    return tuple(sorted({int(unit) for _, text in lines for unit in _UNIT.findall(text)}))


def _devices(lines: Lines, source: str) -> Facts:
    """The interfaces and disks under a function that is named by its address; hwloc 1 names it by its ids."""
    for place, (_, text) in enumerate(lines):
        if function := _FUNCTION.search(text):
            for _, below in _below(lines, place):
                spec = network.PCI if below.startswith("Net") else block.PCI
                if name := _DEVICE.match(below):
                    yield spec.fact(full_address(function[1]), source=source, subject=name[1])
