"""A host as libvirt describes it, in the shape of its own files: for a host that is reached in no other way."""

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from perfadvisor.facts.guest import guest
from perfadvisor.facts.guest.libvirt_devices import address
from perfadvisor.facts.memory import nodes
from perfadvisor.facts.reading import cpulist, xmltext
from perfadvisor.facts.reading.reader import number
from perfadvisor.facts.reading.sizes import scaled
from perfadvisor.model.tree import Entry, Tree

CPU = "/sys/devices/system/cpu"


def host_tree(capabilities: bytes, guests: Mapping[str, bytes], devices: tuple[bytes, ...] = ()) -> Tree:
    """The tree of a host: its nodes and cores from `virConnectGetCapabilities`, the running guests' definitions by
    name, and the NUMA nodes of PCI functions from their node devices' XML. InputError where one is not XML."""
    entries: dict[str, Entry] = dict(_topology(capabilities))
    for name, text in guests.items():
        if "/" not in name:
            wrapped = b"<domstatus state='running'>" + text[text.find(b"<domain") :] + b"</domstatus>"
            entries[f"{guest.RUNNING}/{name}.xml"] = wrapped
    for device in devices:
        entries.update(_function(device))
    return Tree(entries)


def _topology(capabilities: bytes) -> Iterator[tuple[str, Entry]]:
    everyone: set[int] = set()
    for cell in xmltext.parse(capabilities, "capabilities").findall("host/topology/cells/cell"):
        node, cpus = number(cell.get("id")), {number(one.get("id")): one for one in cell.findall("cpus/cpu")}
        if node is None or not 0 <= node < 1024:
            continue
        known = {cpu: one for cpu, one in cpus.items() if cpu is not None and 0 <= cpu <= cpulist.MAX_ID}
        everyone |= known.keys()
        directory = f"{nodes.DIRECTORY}/node{node}"
        yield f"{directory}/cpulist", _text(cpulist.format(known))
        distances = [one.get("value", "") for one in cell.findall("distances/sibling")]
        if distances:
            yield f"{directory}/distance", _text(" ".join(distances))
        memory = cell.find("memory")
        size = None if memory is None else scaled(memory.text, memory.get("unit", "KiB"))
        if size is not None:
            yield f"{directory}/meminfo", _text(f"Node {node} MemTotal: {size // 1024} kB")
        for cpu, one in known.items():
            yield f"{CPU}/cpu{cpu}/topology/thread_siblings_list", _text(one.get("siblings", str(cpu)))
    if everyone:
        yield f"{CPU}/online", _text(cpulist.format(everyone))


def _function(device: bytes) -> Iterator[tuple[str, Entry]]:
    """Decimal numbers stand in elements here: <domain>0</domain><bus>129</bus>."""
    capability = xmltext.parse(device, "node device").find("capability[@type='pci']")
    if capability is None:
        return
    parts = {name: xmltext.text(capability, name) or "0" for name in ("domain", "bus", "slot", "function")}
    place = address(Element("address", {"type": "pci", **parts}))
    node = xmltext.attribute(capability, "numa", "node")
    if place and node is not None:
        yield f"/sys/bus/pci/devices/{place}/numa_node", _text(node)


def _text(text: str) -> bytes:
    return text.encode() + b"\n"
