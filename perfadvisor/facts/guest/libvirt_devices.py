"""The devices of a libvirt definition: disks, network devices, and what was given away of the host."""

from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

from perfadvisor.facts.guest.model import Caps, Disk, Hostdev, Nic
from perfadvisor.facts.reading.reader import number
from perfadvisor.facts.reading.xmltext import attribute, text

_SOURCES = ("file", "dev", "name", "volume", "dir")
_CONNECTIONS = ("bridge", "network", "dev", "path")
# A `volume` may be one of a pool on the network. libvirt, formatdomain, Hard drives, floppy disks, CDROMs.
_LOCAL = {"file": True, "block": True, "network": False, "nvme": False, "vhostuser": False, "vhostvdpa": False}
_EMPTY = Element("devices")


def disks(devices: Element | None, machine: str = "") -> Iterator[Disk]:
    """Every `<disk>`, drives for media included, in their order. `machine` is the guest's machine type."""
    devices = _EMPTY if devices is None else devices
    controllers = [one for one in devices.findall("controller") if one.get("type") == "scsi"]
    for place, disk in enumerate(devices.findall("disk")):
        found = _disk(disk, place)
        yield _behind(found, disk, controllers, machine) if found.bus == "scsi" else found


def _disk(disk: Element, place: int) -> Disk:
    driver, target = disk.find("driver"), disk.find("target")
    single = attribute(driver, "", "iothread")
    mapped = () if driver is None else tuple(one.get("id", "") for one in driver.findall("iothreads/iothread"))
    serial = disk.find("serial")
    return Disk(
        target=attribute(target, "", "dev") or f"disk{place}",
        device=disk.get("device", "disk"),
        bus=attribute(target, "", "bus"),
        format=attribute(driver, "", "type"),
        cache=attribute(driver, "", "cache"),
        io=attribute(driver, "", "io"),
        iothreads=mapped or ((single,) if single else ()),
        queues=number(attribute(driver, "", "queues")),
        source=_first(disk.find("source"), _SOURCES),
        serial=(serial.text or "").strip() or None if serial is not None else None,
        place=address(disk.find("address")),
        offloaded=disk.get("type") in ("vhostuser", "vhostvdpa"),
        shared=disk.get("type") == "vhostuser",
        local=_LOCAL.get(disk.get("type", "file")),
        caps=_caps(disk.find("iotune")),
    )


def _caps(tune: Element | None) -> Caps | None:
    """Of `<iotune>`: total_iops_sec, read_bytes_sec, ... ; 0 is none."""
    if tune is None:
        return None
    found = {kind: _tightest(tune, f"_{kind}_sec") for kind in ("iops", "bytes")}
    return Caps(iops=found["iops"], bytes_per_s=found["bytes"]) if any(found.values()) else None


def _tightest(tune: Element, ending: str) -> int | None:
    limits = (number(text(tune, f"{way}{ending}")) for way in ("total", "read", "write"))
    return min((limit for limit in limits if limit), default=None)


def _behind(disk: Disk, element: Element, controllers: list[Element], machine: str) -> Disk:
    """A SCSI disk's model, queues and I/O thread are its controller's."""
    index = attribute(element, "address", "controller") or "0"
    places = enumerate(controllers)
    controller = next((one for place, one in places if one.get("index", str(place)) == index), None)
    driver = None if controller is None else controller.find("driver")
    thread = attribute(driver, "", "iothread")
    return replace(
        disk,
        iothreads=(thread,) if thread else (),
        queues=number(attribute(driver, "", "queues")),
        controller=_model(attribute(controller, "", "model"), machine),
    )


def _model(stated: str | None, machine: str) -> str | None:
    """The controller's model. Where none is stated, or "auto", libvirt takes LSI logic for x86's old machine type
    (qemuDomainDefaultSCSIControllerModel); elsewhere it depends on the architecture."""
    if stated in (None, "auto"):
        return "lsilogic" if machine == "pc" or machine.startswith("pc-i440fx") else None
    return "virtio-scsi" if stated.startswith("virtio") else stated


def nics(devices: Element | None) -> Iterator[Nic]:
    """Every `<interface>`, also those that are an assigned function, in their order."""
    for interface in (_EMPTY if devices is None else devices).findall("interface"):
        driver, name = interface.find("driver"), attribute(interface, "driver", "name")
        yield Nic(
            kind=interface.get("type", ""),
            target=attribute(interface, "target", "dev") or "",
            model=_nic_model(attribute(interface, "model", "type")),
            queues=number(attribute(driver, "", "queues")),
            vhost=None if name not in ("vhost", "qemu") else name == "vhost",
            source=_first(interface.find("source"), _CONNECTIONS),
            mac=attribute(interface, "mac", "address"),
            host_address=address(interface.find("source/address")) if interface.get("type") == "hostdev" else None,
            place=address(interface.find("address")),
            inbound_bytes_per_s=_average(interface, "inbound"),
            outbound_bytes_per_s=_average(interface, "outbound"),
        )


def _nic_model(stated: str | None) -> str | None:
    """virtio-transitional and virtio-non-transitional are virtio of one age each."""
    return "virtio" if (stated or "").startswith("virtio") else stated


def _average(interface: Element, way: str) -> int | None:
    """`<bandwidth>`'s average is in kilobytes of 1024 bytes a second (libvirt, formatnetwork, Quality of service)."""
    average = number(attribute(interface, f"bandwidth/{way}", "average"))
    return average * 1024 if average else None


def virtiofs(devices: Element | None) -> int:
    """How many `<filesystem>` a virtiofsd serves."""
    found = (_EMPTY if devices is None else devices).findall("filesystem")
    return sum(attribute(one, "driver", "type") == "virtiofs" for one in found)


def hostdevs(devices: Element | None) -> Iterator[Hostdev]:
    """Every `<hostdev>`; those with mode "capabilities" (LXC) too."""
    for device in (_EMPTY if devices is None else devices).findall("hostdev"):
        kind, managed = device.get("type", ""), device.get("managed")
        yield Hostdev(
            kind=kind,
            managed=None if managed is None else managed == "yes",
            address=address(device.find("source/address")) if kind == "pci" else None,
            place=address(device.find("address")),
        )


def address(element: Element | None) -> str | None:
    """The PCI address "0000:81:00.0" of an `<address>`, whose numbers are decimal or hexadecimal with 0x; None where it
    is not one."""
    if element is None or element.get("type", "pci") != "pci" or element.get("bus") is None:
        return None
    parts = [_number(element.get(name, "0")) for name in ("domain", "bus", "slot", "function")]
    domain, bus, slot, function = parts
    if domain is None or bus is None or slot is None or function is None:
        return None
    if domain > 0xFFFFFFFF or bus > 0xFF or slot > 0x1F or function > 7:
        return None
    return f"{domain:04x}:{bus:02x}:{slot:02x}.{function}"


def _number(text: str) -> int | None:
    found = number(text)
    return found if found is not None and found >= 0 else None


def _first(element: Element | None, names: tuple[str, ...]) -> str | None:
    return None if element is None else next((value for name in names if (value := element.get(name))), None)
