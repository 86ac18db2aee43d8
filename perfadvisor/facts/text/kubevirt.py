"""Guests as KubeVirt defines them: VirtualMachine and VirtualMachineInstance, in the libvirt terms they become."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement

from perfadvisor.facts.guest import guest
from perfadvisor.facts.guest import libvirt as guest_libvirt
from perfadvisor.facts.reading import sizes
from perfadvisor.facts.reading.yamltext import Value
from perfadvisor.model.fact import Absent, Fact

KINDS = ("VirtualMachine", "VirtualMachineInstance")
_COUNTS = ("sockets", "cores", "threads")


def facts(one: Mapping[str, Value], source: str) -> Iterator[Fact | Absent]:
    """The guest in one object."""
    spec = _mapping(one.get("spec"))
    if one.get("kind") == "VirtualMachine":
        spec = _mapping(_mapping(spec.get("template")).get("spec"))
    name = _mapping(one.get("metadata")).get("name")
    found = guest_libvirt.of_domain(_domain(spec, str(name or "unnamed")), source)
    yield from guest.of_guest(replace(found, owner="kubevirt"))


def _domain(spec: Mapping[str, Value], name: str) -> Element:
    given = _mapping(spec.get("domain"))
    domain = Element("domain", type="kvm")
    SubElement(domain, "name").text = name
    _processors(domain, _mapping(given.get("cpu")))
    memory = _mapping(given.get("memory"))
    size = sizes.kubernetes(_text(memory.get("guest")))
    if size is not None:
        SubElement(domain, "memory", unit="b").text = str(int(size))
    if page := _text(_mapping(memory.get("hugepages")).get("pageSize")):
        pages = SubElement(SubElement(domain, "memoryBacking"), "hugepages")
        SubElement(pages, "page", size=str(int(sizes.kubernetes(page) or 0)), unit="b")
    _devices(domain, _mapping(given.get("devices")))
    return domain


def _processors(domain: Element, cpu: Mapping[str, Value]) -> None:
    counts = {key: _text(cpu.get(key)) or "1" for key in _COUNTS}
    if all(count.isdecimal() for count in counts.values()) and any(key in cpu for key in _COUNTS):
        total = 1
        for count in counts.values():
            total *= int(count[:5])
        SubElement(domain, "vcpu").text = str(total)
    model = _text(cpu.get("model")) or "host-model"
    mode = model if model in ("host-model", "host-passthrough") else "custom"
    element = SubElement(domain, "cpu", mode=mode)
    if mode == "custom":
        SubElement(element, "model").text = model
    SubElement(element, "topology", counts)


def _devices(domain: Element, given: Mapping[str, Value]) -> None:
    devices = SubElement(domain, "devices")
    for one in _mappings(given.get("disks")):
        kind = next((kind for kind in ("disk", "cdrom", "lun") if kind in one), "disk")
        disk = SubElement(devices, "disk", type="file", device=kind)
        cache, io = _text(one.get("cache")), _text(one.get("io"))
        SubElement(disk, "driver", {key: word for key, word in (("cache", cache), ("io", io)) if word})
        bus = _text(_mapping(one.get(kind)).get("bus"))
        SubElement(disk, "target", {"dev": _text(one.get("name")) or "disk", **({"bus": bus} if bus else {})})
    queues = given.get("networkInterfaceMultiqueue") == "true"
    for one in _mappings(given.get("interfaces")):
        if "sriov" in one:
            SubElement(devices, "hostdev", mode="subsystem", type="pci")
            continue
        nic = SubElement(devices, "interface", type="ethernet")
        SubElement(nic, "model", type=_text(one.get("model")) or "virtio")
        if queues and (count := domain.findtext("vcpu")):
            SubElement(nic, "driver", queues=count)


def _text(value: Value | None) -> str | None:
    return value if isinstance(value, str) and value else None


def _mapping(value: Value | None) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


def _mappings(value: Value | None) -> list[dict[str, Value]]:
    return [one for one in value[:100] if isinstance(one, dict)] if isinstance(value, list) else []
