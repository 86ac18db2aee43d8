"""The devices of a QEMU command line: disks with their drives, network devices with their backends, VFIO functions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from perfadvisor.facts.guest.model import Disk, Hostdev, Nic
from perfadvisor.facts.guest.qemu_options import Options
from perfadvisor.facts.pci import address as pci_address
from perfadvisor.facts.reading.reader import number

Values = Mapping[str, str]

_DISKS = {
    "virtio-blk": "virtio", "virtio-blk-pci": "virtio", "virtio-blk-device": "virtio", "virtio-blk-ccw": "virtio",
    "scsi-hd": "scsi", "scsi-block": "scsi", "scsi-generic": "scsi", "ide-hd": "ide", "nvme": "nvme", "nvme-ns": "nvme",
    "usb-storage": "usb", "vhost-user-blk-pci": "vhost-user", "scsi-cd": "scsi", "ide-cd": "ide",
}  # fmt: skip
_INTERFACES = {"virtio": "virtio", "scsi": "scsi", "ide": "ide", "none": "", "sd": "sd", "floppy": "fdc", "pflash": ""}
_LAYERS = frozenset({"raw", "qcow2", "qed", "vmdk", "vdi", "luks", "throttle", "copy-on-read"})
_NICS = ("virtio-net", "e1000", "rtl8139", "pcnet", "vmxnet3", "ne2k", "igb", "i8255")


def disks(given: Options) -> Iterator[Disk]:
    """Every disk: `-device` with the `-drive` or `-blockdev` behind it, and `-drive if=virtio` by itself."""
    drives = {one.get("id", f"drive{place}"): one for place, one in enumerate(given.all("drive"))}
    nodes = {one.get("node-name", ""): one for one in given.all("blockdev")}
    controllers = [one for one in given.all("device") if one.get("driver", "").startswith("virtio-scsi")]
    with_media = [one for one in given.all("device") if one.get("driver", "") in _DISKS and "drive" in one]
    for place, device in enumerate(with_media):
        name = device.get("drive", "")
        yield _disk(device, drives.get(name) or nodes.get(name, {}), nodes, controllers, place)
    used = {device.get("drive") for device in given.all("device")}
    for place, (name, drive) in enumerate(drives.items()):
        bus = _INTERFACES.get(drive.get("if", "ide"), drive.get("if", ""))
        if name not in used and bus:
            plain = Disk(target=drive.get("id", f"{bus}{place}"), bus=bus, device=drive.get("media", "disk"))
            yield _on(plain, drive, {})


def _disk(device: Values, drive: Values, nodes: Mapping[str, Values], controllers: list[Values], place: int) -> Disk:
    bus = _DISKS[device["driver"]]
    holder = device
    if bus == "scsi":
        holder = next((one for one in controllers if device.get("bus", "").startswith(one.get("id", "?"))), {})
        holder = holder or (controllers[0] if controllers else {})
    mapping = tuple(v for k, v in device.items() if k.startswith("iothread-vq-mapping.") and k.endswith(".iothread"))
    single = holder.get("iothread")
    disk = Disk(
        target=device.get("id") or device.get("drive") or f"disk{place}",
        device="cdrom" if device["driver"].endswith("-cd") else "disk",
        bus=bus,
        iothreads=mapping or ((single,) if single else ()),
        queues=number(holder.get("num-queues") or holder.get("num_queues") or holder.get("max_ioqpairs")),
        serial=device.get("serial"),
    )
    return _on(disk, drive, nodes)


def _on(disk: Disk, drive: Values, nodes: Mapping[str, Values]) -> Disk:
    """The disk with its drive's format, cache mode, way of submitting and source; layers lead down to a file."""
    lowest = _lowest(drive, nodes)
    file = lowest.get("filename") or lowest.get("file.filename") or lowest.get("file") or lowest.get("dev")
    top = drive.get("format") or (drive.get("driver") if drive.get("driver") in _LAYERS else None)
    return replace(
        disk,
        format=top or ("raw" if "node-name" in drive else None),  # of a -drive without one QEMU looks into the file
        cache=drive.get("cache") or _cache(drive, lowest),
        io=drive.get("aio") or lowest.get("aio") or lowest.get("file.aio"),
        source=file,
    )


def _lowest(drive: Values, nodes: Mapping[str, Values]) -> Values:
    for _ in range(16):  # layers; a loop would be damage
        below = nodes.get(drive.get("file", ""))
        if below is None:
            break
        drive = below
    return drive


def _cache(drive: Values, lowest: Values) -> str | None:
    """The mode that cache.direct and cache.no-flush stand for (QEMU's manual, -drive cache=)."""
    found = {**lowest, **drive}
    if "cache.direct" not in found and "cache.no-flush" not in found:
        return None
    if found.get("cache.no-flush") == "on":
        return "unsafe"
    return "none" if found.get("cache.direct") == "on" else "writeback"


def nics(given: Options) -> Iterator[Nic]:
    """Every network device with its backend."""
    backends = {one.get("id", ""): one for one in given.all("netdev")}
    for place, device in enumerate(one for one in given.all("device") if one.get("driver", "").startswith(_NICS)):
        backend = backends.get(device.get("netdev", ""), {})
        kind = backend.get("type", "")
        yield Nic(
            kind=kind,
            target=backend.get("ifname") or device.get("id") or f"nic{place}",
            model="virtio" if device["driver"].startswith("virtio-net") else device["driver"],
            queues=number(backend.get("queues")),
            vhost=kind in ("vhost-user", "vhost-vdpa") or backend.get("vhost", "off") == "on",
            source=backend.get("br"),
            mac=device.get("mac"),
        )


def hostdevs(given: Options) -> Iterator[Hostdev]:
    """Every PCI function given through VFIO."""
    for device in given.device("vfio"):
        address = _full(device.get("host") or device.get("sysfsdev", "").rsplit("/", 1)[-1])
        if address:
            yield Hostdev(kind="pci", managed=False, address=address)


def _full(text: str) -> str | None:
    """QEMU takes "81:00.0" for "0000:81:00.0"."""
    lower = text.lower()
    full = lower if lower.count(":") == 2 else f"0000:{lower}"
    return full if pci_address.is_address(full) else None
