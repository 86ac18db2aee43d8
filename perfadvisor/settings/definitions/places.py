"""The named policies of subjects for guests and containers: where in a definition something stands, as GUEST/PATH.

Each is given its argument and the tree. Devices are counted as they stand there, from 1."""

from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from perfadvisor.facts.container.hosted import DIRECTORY
from perfadvisor.facts.guest import libvirt
from perfadvisor.facts.guest.guest import DEFINED
from perfadvisor.facts.guest.model import Guest
from perfadvisor.model.tree import Tree
from perfadvisor.settings.asked import MissingError
from perfadvisor.settings.definitions import domain


def definition(name: str, tree: Tree) -> Element:
    """A guest's persistent definition. MissingError where it was not read."""
    path = f"{DEFINED}/{name}.xml"
    found = domain.element_of(tree.text(path) or "")
    if found is None:
        raise MissingError(f"{path}: {tree.why_unreadable(path)}")
    return found


def guest(name: str, tree: Tree) -> Guest:
    """The same as a value. MissingError where it was not read."""
    return libvirt.of_domain(definition(name, tree), "")


def _disk(argument: str, tree: Tree) -> tuple[str, ...]:
    """`disk(GUEST/TARGET, PATH)`: a path below a disk."""
    subject, _, path = argument.partition(", ")
    name, number, _ = _disk_of(subject, tree)
    return (f"{name}/devices/disk[{number}]/{path}",)


def _disk_thread(subject: str, tree: Tree) -> tuple[str, ...]:
    """`disk_thread(GUEST/TARGET)`: which I/O thread serves a disk, or the controller of a SCSI disk."""
    name, number, disk = _disk_of(subject, tree)
    target, address = disk.find("target"), disk.find("address")
    if target is None or target.get("bus") != "scsi":
        return (f"{name}/devices/disk[{number}]/driver/@iothread",)
    index = "0" if address is None else address.get("controller", "0")
    for place, one in enumerate(definition(name, tree).findall("devices/controller"), 1):
        if one.get("type") == "scsi" and one.get("index", "0") == index:
            return (f"{name}/devices/controller[{place}]/driver/@iothread",)
    raise MissingError(f"{subject}: its controller is not in the definition")


def _disk_limits(subject: str, tree: Tree) -> tuple[str, ...]:
    """`disk_limits(GUEST/TARGET)`: every limit of a disk."""
    name, number, disk = _disk_of(subject, tree)
    return tuple(f"{name}/devices/disk[{number}]/iotune/{one.tag}" for one in disk.findall("iotune/*"))


def _disk_of(subject: str, tree: Tree) -> tuple[str, int, Element]:
    name, _, target = subject.partition("/")
    for number, disk in enumerate(definition(name, tree).findall("devices/disk"), 1):
        if (found := disk.find("target")) is not None and found.get("dev") == target:
            return name, number, disk
    raise MissingError(f"{subject}: not in the guest's definition")


def _interface(argument: str, tree: Tree) -> tuple[str, ...]:
    """`interface(GUEST, MAC, PATH)`: a path below a network device, whose name on the host does not stand there."""
    start, path = _interface_of(argument, tree)
    return (f"{start}/{path}",)


def _interface_limits(argument: str, tree: Tree) -> tuple[str, ...]:
    """`interface_limits(GUEST, MAC, bandwidth)`: every limit of a network device."""
    start, path = _interface_of(argument, tree)
    name, _, below = start.partition("/")
    limits = definition(name, tree).findall(f"{below}/{path}/*")
    return tuple(f"{start}/{path}/{one.tag}/@{key}" for one in limits for key in one.attrib)


def _interface_of(argument: str, tree: Tree) -> tuple[str, str]:
    rest, _, path = argument.rpartition(", ")
    name, _, mac = rest.rpartition(", ")
    for number, one in enumerate(definition(name, tree).findall("devices/interface"), 1):
        if (found := one.find("mac")) is not None and found.get("address") == mac:
            return f"{name}/devices/interface[{number}]", path
    raise MissingError(f"{name}: no interface {mac} in its definition")


def _vcpu_pins(name: str, tree: Tree) -> tuple[str, ...]:
    """`vcpu_pins(GUEST)`: where each vCPU may run."""
    count = guest(name, tree).vcpus or 0
    return tuple(f"{name}/cputune/vcpupin[@vcpu='{number}']/@cpuset" for number in range(count))


def _helper_pins(name: str, tree: Tree) -> tuple[str, ...]:
    """`helper_pins(GUEST)`: where the emulator and each I/O thread may run."""
    threads = range(1, guest(name, tree).iothreads + 1)
    pins = (f"{name}/cputune/iothreadpin[@iothread='{number}']/@cpuset" for number in threads)
    return (f"{name}/cputune/emulatorpin/@cpuset", *pins)


def _memory_places(name: str, tree: Tree) -> tuple[str, ...]:
    """`memory_places(GUEST)`: the host nodes of each of its nodes that is bound, or of all its memory."""
    cells = tuple(guest(name, tree).cell_nodes)
    found = (f"{name}/numatune/memnode[@cellid='{cell}']/@nodeset" for cell in cells)
    return tuple(found) or (f"{name}/numatune/memory/@nodeset",)


def _container(name: str, tree: Tree) -> tuple[str, ...]:
    """`container(ID)`: the whole identity of a container of docker."""
    return tuple(one for one in tree.names(DIRECTORY) if name and one.startswith(name))


PLACES: Mapping[str, Callable[[str, Tree], tuple[str, ...]]] = {
    "disk": _disk,
    "disk_thread": _disk_thread,
    "disk_limits": _disk_limits,
    "interface": _interface,
    "interface_limits": _interface_limits,
    "vcpu_pins": _vcpu_pins,
    "helper_pins": _helper_pins,
    "memory_places": _memory_places,
    "container": _container,
}
