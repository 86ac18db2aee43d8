"""libvirt's XML in a file of its own: domain definitions, however wrapped, and `virsh capabilities`."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from perfadvisor.errors import InputError
from perfadvisor.facts.cpu import cpu
from perfadvisor.facts.guest import guest
from perfadvisor.facts.guest import libvirt as guest_libvirt
from perfadvisor.facts.machine import kernel
from perfadvisor.facts.memory import numa_node, numa_summary
from perfadvisor.facts.pci.iommu import PRESENT
from perfadvisor.facts.reading import cpulist, reader, xmltext
from perfadvisor.facts.reading.sizes import scaled
from perfadvisor.facts.reading.xmltext import attribute, text
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ virsh dumpxml"


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The guests defined in the file, or the host it describes. InputError where it is neither."""
    root = xmltext.parse(data, source)
    if root.tag == "capabilities":
        yield from _capabilities(root, source)
        return
    found = tuple(guest_libvirt.guests(root, source))
    if not found:
        hint = "expected what virsh dumpxml DOMAIN or virsh capabilities prints"
        raise InputError(f"{source}: no guest is defined in <{root.tag[:40]}>", hint)
    for one in found:
        yield from guest.of_guest(one)


def _capabilities(root: Element, source: str) -> Iterator[Fact | Absent]:
    yield kernel.ARCHITECTURE.given(text(root, "host/cpu/arch"), source=source, reason="not printed")
    support = reader.boolean(attribute(root, "host/iommu", "support"))
    yield PRESENT.given(support, source=source, reason="not printed")
    nodes = [_node(cell, source) for cell in root.findall("host/topology/cells/cell")[:1024]]
    for node in nodes:
        yield from _node_facts(node, source)
    yield from numa_summary.summary(nodes, source, known=bool(nodes))
    yield numa_summary.machine_memory(nodes, source)
    distinct = {one for node in nodes for one in node.cpus or ()}
    yield cpu.ONLINE_COUNT.given(len(distinct) or None, source=source, reason="no node lists CPUs")


def _node(cell: Element, source: str) -> numa_node.NumaNode:
    ids = (reader.number(one.get("id")) for one in cell.findall("cpus/cpu"))
    number = reader.number(cell.get("id"))
    memory = cell.find("memory")
    distances = (reader.number(one.get("value")) for one in cell.findall("distances/sibling"))
    return numa_node.NumaNode(
        number=number if number is not None and 0 <= number <= cpulist.MAX_ID else 0,
        cpus=tuple(sorted({one for one in ids if one is not None and 0 <= one <= cpulist.MAX_ID})),
        memory_total=None if memory is None else scaled(text(memory), memory.get("unit", "KiB")),
        memory_free=None,
        distances=tuple(one for one in distances if one is not None) or None,
        cpu_source=source,
        directory=source,
    )


def _node_facts(node: numa_node.NumaNode, source: str) -> Iterator[Fact | Absent]:
    subject = str(node.number)
    yield numa_node.CPU_LIST.given(cpulist.format(node.cpus or ()), source=source, subject=subject)
    yield numa_node.CPU_COUNT.given(len(node.cpus or ()), source=source, subject=subject)
    yield numa_node.MEMORY_TOTAL.given(node.memory_total, source=source, subject=subject, reason="not printed")
