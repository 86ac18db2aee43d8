"""libvirt's domain definitions: alone, wrapped in a `<domstatus>`, or many in one file.

Elements as https://libvirt.org/formatdomain.html names them. Sizes without a unit are KiB there.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from perfadvisor.facts.guest import owner
from perfadvisor.facts.guest.libvirt_devices import address, disks, hostdevs, nics, virtiofs
from perfadvisor.facts.guest.model import Guest, GuestNode, Pages
from perfadvisor.facts.reading import xmltext
from perfadvisor.facts.reading.reader import number
from perfadvisor.facts.reading.sizes import scaled
from perfadvisor.facts.reading.xmltext import attribute, text

MOST_GUESTS = 1000

__all__ = ["address", "guests", "of_domain", "parse"]


def parse(data: bytes, source: str) -> tuple[Guest, ...]:
    """Every guest defined in the file. InputError where it is not XML."""
    return tuple(guests(xmltext.parse(data, source), source))


def guests(root: Element, source: str) -> Iterator[Guest]:
    """Every domain in the document; elements called `domain` elsewhere (a DNS domain) have no `<name>`."""
    found = [root] if root.tag == "domain" else root.iter("domain")
    running = root.get("state") == "running" if root.tag == "domstatus" else None
    for count, domain in enumerate(one for one in found if one.find("name") is not None):
        if count >= MOST_GUESTS:
            return
        yield of_domain(domain, source, running=running)


def of_domain(domain: Element, source: str, *, running: bool | None = None) -> Guest:
    """One domain. What it does not say stays None."""
    tune, memory = domain.find("cputune"), domain.find("memoryBacking")
    cpu, devices = domain.find("cpu"), domain.find("devices")
    balloon, kind = domain.find("devices/memballoon"), domain.find("os/type")
    return Guest(
        name=text(domain, "name") or "unnamed",
        source=source,
        hypervisor=domain.get("type", ""),
        uuid=text(domain, "uuid"),
        running=running,
        architecture=attribute(kind, "", "arch"),
        machine=attribute(kind, "", "machine"),
        memory_bytes=_size(domain.find("memory")),
        current_memory_bytes=_size(domain.find("currentMemory")),
        hard_limit_bytes=_size(domain.find("memtune/hard_limit")),
        vcpus=_count(text(domain, "vcpu")),
        vcpus_current=_count(attribute(domain, "vcpu", "current")),
        vcpu_cpuset=attribute(domain, "vcpu", "cpuset"),
        vcpu_pins=_pins(tune, "vcpupin", "vcpu"),
        emulator_pin=attribute(tune, "emulatorpin", "cpuset"),
        iothreads=_count(text(domain, "iothreads")) or len(domain.findall("iothreadids/iothread")),
        iothread_pins=_pins(tune, "iothreadpin", "iothread"),
        pages=_pages(memory),
        locked=memory is not None and memory.find("locked") is not None,
        memory_mode=attribute(domain, "numatune/memory", "mode"),
        memory_nodes=attribute(domain, "numatune/memory", "nodeset"),
        cell_nodes=_cell_nodes(domain),
        cpu_mode=attribute(cpu, "", "mode"),
        cpu_model=text(cpu, "model"),
        topology=dict(attributes.items()) if (attributes := domain.find("cpu/topology")) is not None else {},
        cells=tuple(_cells(cpu)),
        balloon=attribute(balloon, "", "model"),
        free_page_reporting=attribute(balloon, "", "freePageReporting") == "on",
        iommu=attribute(devices, "iommu", "model"),
        disks=tuple(disks(devices, attribute(kind, "", "machine") or "")),
        nics=tuple(nics(devices)),
        hostdevs=tuple(hostdevs(devices)),
        owner=owner.named_in(_marks(domain), owner.LIBVIRT),
        shared_memory=_is_shared(domain),
        virtiofs=virtiofs(devices),
    )


def _marks(domain: Element) -> Iterator[str]:
    """Words that tell the owner: name spaces of the metadata, and what the firmware's tables will say."""
    for element in domain.findall("metadata//*"):
        yield element.tag
    for entry in domain.findall("sysinfo//entry"):
        yield entry.text or ""


def _is_shared(domain: Element) -> bool:
    """By `<access mode='shared'/>`, or for the guest's nodes by memAccess='shared' on each."""
    cells = [cell.get("memAccess") for cell in domain.findall("cpu/numa/cell")]
    whole = attribute(domain, "memoryBacking/access", "mode") == "shared"
    return all((mode or ("shared" if whole else "")) == "shared" for mode in cells) if cells else whole


def _count(value: str | None) -> int | None:
    found = number(value)
    return found if found is not None and 0 <= found < 1 << 16 else None


def _size(element: Element | None) -> int | None:
    return None if element is None else scaled(text(element), element.get("unit", "KiB"))


def _pins(tune: Element | None, tag: str, key: str) -> dict[int, str]:
    pins: dict[int, str] = {}
    for pin in [] if tune is None else tune.findall(tag):
        which, cpus = _count(pin.get(key)), pin.get("cpuset")
        if which is not None and cpus:
            pins[which] = cpus
    return pins


def _pages(memory: Element | None) -> tuple[Pages, ...] | None:
    huge = None if memory is None else memory.find("hugepages")
    if huge is None:
        return None
    sizes = [
        Pages(size_bytes=scaled(page.get("size"), page.get("unit", "KiB")), nodes=page.get("nodeset", ""))
        for page in huge.findall("page")
    ]
    return tuple(sizes) or (Pages(),)


def _cell_nodes(domain: Element) -> dict[str, tuple[str, str]]:
    """Guest node -> (mode, host nodes)."""
    nodes = domain.findall("numatune/memnode")
    return {node.get("cellid", ""): (node.get("mode", "strict"), node.get("nodeset", "")) for node in nodes}


def _cells(cpu: Element | None) -> Iterator[GuestNode]:
    for place, cell in enumerate([] if cpu is None else cpu.findall("numa/cell")):
        size = scaled(cell.get("memory"), cell.get("unit", "KiB"))
        yield GuestNode(id=cell.get("id", str(place)), cpus=cell.get("cpus", ""), memory_bytes=size)
