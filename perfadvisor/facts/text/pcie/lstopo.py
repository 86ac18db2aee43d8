"""hwloc's topology as `lstopo --of xml` writes it: nodes with CPUs and memory, and which PCI function hangs where."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from perfadvisor.errors import InputError
from perfadvisor.facts.block import block
from perfadvisor.facts.cpu import cpu
from perfadvisor.facts.memory import numa_node, numa_summary
from perfadvisor.facts.net import network
from perfadvisor.facts.pci import classes, pci
from perfadvisor.facts.reading import cpulist, reader, xmltext
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ lstopo --of xml"
_DOCTYPE = re.compile(rb"<!DOCTYPE topology SYSTEM \"hwloc2?\.dtd\">")  # names a file alone, declares nothing
_CLASS = re.compile(r"([0-9a-f]{4}) \[([0-9a-f]{4}):([0-9a-f]{4})\].*")
_DISK, _NETWORK = ("0", "2")  # osdev_type, as numbers up to hwloc 2 and as words since 3
_WORDS = {"Storage": _DISK, "Block": _DISK, "Network": _NETWORK}
Facts = Iterator[Fact | Absent]


def facts(data: bytes, *, source: str = SOURCE) -> Facts:
    """Nodes as the machine itself tells them, CPUs, and the functions with their interfaces and disks. InputError where
    it is not a topology, or is cut off."""
    root = xmltext.parse(_DOCTYPE.sub(b"", data, count=1), source)
    if root.tag != "topology":
        raise InputError(f"{source}: the root element is {root.tag}", "expected what lstopo --of xml writes")
    objects = list(root.iter("object"))
    nodes = [_node(one, source) for one in objects if one.get("type") == "NUMANode" and _number(one) is not None]
    for node in nodes:
        yield from _node_facts(node, source)
    yield from numa_summary.summary(nodes, source, known=bool(nodes))
    yield numa_summary.machine_memory(nodes, source)
    units = {number for one in objects if one.get("type") == "PU" and (number := _number(one)) is not None}
    yield cpu.ONLINE_COUNT.given(len(units) or None, source=source, reason="no processing unit is in it")
    packages = sum(one.get("type") in ("Package", "Socket") for one in objects)
    yield cpu.PACKAGE_COUNT.given(packages or None, source=source, reason="no package is in it")
    for one in objects:
        if one.get("type") == "PCIDev":
            yield from _function(one, source)


def _number(one: Element) -> int | None:
    return reader.number(one.get("os_index"))


def _node(one: Element, source: str) -> numa_node.NumaNode:
    """hwloc merges nodes that lie at the same place, never drops one; a node's own set says which CPUs are near."""
    memory = reader.number(one.get("local_memory"))
    mask = one.get("cpuset") or ""
    words = ",".join(word.removeprefix("0x") or "0" for word in mask.split(","))
    known = re.fullmatch(r"[0-9a-f,]+", words) is not None
    return numa_node.NumaNode(
        number=_number(one) or 0,
        cpus=cpulist.parse_mask(words) if known else None,
        memory_total=memory,
        memory_free=None,
        distances=None,
        cpu_source=source,
        directory=source,
    )


def _node_facts(node: numa_node.NumaNode, source: str) -> Facts:
    subject = str(node.number)
    listed = None if node.cpus is None else cpulist.format(node.cpus)
    yield numa_node.CPU_LIST.given(listed, source=source, subject=subject)
    yield numa_node.CPU_COUNT.given(None if node.cpus is None else len(node.cpus), source=source, subject=subject)
    yield numa_node.MEMORY_TOTAL.given(node.memory_total, source=source, subject=subject, reason="no memory is given")


def _function(one: Element, source: str) -> Facts:
    address, match = one.get("pci_busid", ""), _CLASS.match(one.get("pci_type", ""))
    if not re.fullmatch(r"[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]", address) or match is None:
        return
    code = int(match[1], 16) << 8
    yield pci.CLASS_NAME.given(classes.name(code), source=source, subject=address)
    for kind, spec in pci.KINDS.items():
        yield spec.fact(classes.base(code) == kind, source=source, subject=address)
    for spec, value in ((pci.VENDOR, match[2]), (pci.DEVICE, match[3])):
        yield spec.fact(f"0x{value}", source=source, subject=address)
    for device in one.iter("object"):
        form, name = device.get("osdev_type", ""), device.get("name", "")
        if device.get("type") == "OSDev" and name:
            specs = {_DISK: block.PCI, _NETWORK: network.PCI}
            spec_of = specs.get(_WORDS.get(form, form))
            if spec_of is not None:
                yield spec_of.fact(address, source=source, subject=name)
