"""The devices of a QEMU command line: disks with their chains of block nodes, network devices, VFIO functions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from perfadvisor.facts.guest import qemu_blocks
from perfadvisor.facts.guest.model import Disk, Hostdev, Nic
from perfadvisor.facts.guest.plugged import PLACE
from perfadvisor.facts.guest.qemu_options import Options
from perfadvisor.facts.pci import address as pci_address
from perfadvisor.facts.reading.reader import number

Values = Mapping[str, str]

_DISKS = {
    "virtio-blk": "virtio", "virtio-blk-pci": "virtio", "virtio-blk-device": "virtio", "virtio-blk-ccw": "virtio",
    "scsi-hd": "scsi", "scsi-block": "scsi", "scsi-generic": "scsi", "ide-hd": "ide", "nvme": "nvme", "nvme-ns": "nvme",
    "usb-storage": "usb", "scsi-cd": "scsi", "ide-cd": "ide", "scsi-disk": "scsi", "ide-drive": "ide",
}  # fmt: skip
_INTERFACES = {"virtio": "virtio", "scsi": "scsi", "ide": "ide", "none": "", "sd": "sd", "floppy": "fdc", "pflash": ""}
# Drivers of SCSI controllers by libvirt's names for their models.
_CONTROLLERS = {
    "virtio-scsi": "virtio-scsi", "lsi": "lsilogic", "lsi53c895a": "lsilogic", "lsi53c810": "lsi53c810",
    "mptsas1068": "lsisas1068", "megasas": "megasas", "megasas-gen2": "megasas", "pvscsi": "pvscsi",
    "am53c974": "am53c974", "dc390": "dc390", "spapr-vscsi": "spapr-vscsi", "vhost-scsi": "virtio-scsi",
    "vhost-user-scsi": "virtio-scsi",
}  # fmt: skip
_NICS = ("virtio-net", "e1000", "rtl8139", "pcnet", "vmxnet3", "ne2k", "igb", "i8255", "tulip", "usb-net", "sungem")
_BUS = re.compile(r"-(?:pci|ccw|device)\Z")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def plain(driver: str) -> str:
    """The driver without its age: virtio devices also exist as one of the old or of the new kind alone."""
    return driver.removesuffix("-transitional").removesuffix("-non")


def disks(given: Options) -> Iterator[Disk]:
    """Every disk: `-device` with the `-drive` or `-blockdev` behind it, `-drive if=virtio` alone, and vhost-user."""
    drives = {one.get("id", f"drive{place}"): one for place, one in enumerate(given.all("drive"))}
    nodes = {one.get("node-name", ""): one for one in given.all("blockdev")}
    groups = {one.get("id", ""): one for one in given.all("object") if one.get("qom-type") == "throttle-group"}
    devices = given.all("device")
    controllers = {one.get("id", f"#{n}"): one for n, one in enumerate(devices) if _controller(one) is not None}
    with_media = [one for one in devices if plain(one.get("driver", "")) in _DISKS and "drive" in one]
    for place, device in enumerate(with_media):
        name = device["drive"]
        disk = _disk(device, controllers, place)
        yield _on(disk, drives.get(name) or nodes.get(name, {}), nodes, groups, device.get("write-cache"))
    used = {device.get("drive") for device in devices}
    for place, (name, drive) in enumerate(drives.items()):
        bus = _INTERFACES.get(drive.get("if", "ide"), drive.get("if", ""))
        if name not in used and bus:
            alone = Disk(target=drive.get("id", f"{bus}{place}"), bus=bus, device=drive.get("media", "disk"))
            yield _on(alone, drive, {}, groups, None)
    for place, device in enumerate(given.device("vhost-user-blk")):
        target = device.get("id", f"vhost-user{place}")
        yield Disk(
            target=target, bus="vhost-user", offloaded=True, shared=True, queues=number(device.get("num-queues"))
        )


def _controller(device: Values) -> str | None:
    """The model of a SCSI controller, None for any other device."""
    return _CONTROLLERS.get(_BUS.sub("", plain(device.get("driver", ""))))


def _disk(device: Values, controllers: Mapping[str, Values], place: int) -> Disk:
    driver = plain(device["driver"])
    bus, holder = _DISKS[driver], device
    if bus == "scsi":
        named = controllers.get(device.get("bus", "").partition(".")[0])
        holder = named or next(iter(controllers.values()), {})
    mapping = tuple(v for k, v in device.items() if k.startswith("iothread-vq-mapping.") and k.endswith(".iothread"))
    single = holder.get("iothread")
    return Disk(
        target=device.get("id") or device.get("drive") or f"disk{place}",
        device="cdrom" if driver.endswith("-cd") else "disk",
        bus=bus,
        iothreads=mapping or ((single,) if single else ()),
        queues=number(holder.get("num-queues") or holder.get("num_queues") or holder.get("max_ioqpairs")),
        serial=device.get("serial"),
        place=device.get(PLACE),
        controller=_controller(holder) if bus == "scsi" else None,
    )


def _on(
    disk: Disk, drive: Values, nodes: Mapping[str, Values], groups: Mapping[str, Values], write_cache: str | None
) -> Disk:
    """The disk with its drive's format, cache mode, way of submitting, caps and source; layers lead down to a file."""
    layers = qemu_blocks.chain(drive, nodes)
    lowest = layers[-1]
    file = lowest.get("filename") or lowest.get("file") or lowest.get("dev")
    return replace(
        disk,
        format=qemu_blocks.image_format(layers),
        cache=qemu_blocks.cache_mode(layers, write_cache),
        io=drive.get("aio") or lowest.get("aio"),
        caps=qemu_blocks.caps(layers, groups),
        source=file,
        local=qemu_blocks.is_local(layers),
    )


def nics(given: Options) -> Iterator[Nic]:
    """Every network device with its backend: `-device` with `-netdev`, `-nic`, the old `-net nic` with `-net tap`."""
    backends = {one.get("id", ""): one for one in given.all("netdev")}
    devices = [one for one in given.all("device") if one.get("driver", "").startswith(_NICS)]
    for place, device in enumerate(devices):
        yield _nic(device, backends.get(device.get("netdev", ""), {}), device["driver"], place)
    for place, both in enumerate(given.all("nic"), len(devices)):
        if both.get("type") != "none":
            yield _nic({}, both, both.get("model"), place)
    old = given.all("net")
    hub = next((one for one in old if one.get("type") not in ("nic", "none")), {})
    for place, card in enumerate((one for one in old if one.get("type") == "nic"), len(devices)):
        yield _nic({"mac": card["macaddr"]} if "macaddr" in card else {}, hub, card.get("model"), place)


def _nic(device: Values, backend: Values, model: str | None, place: int) -> Nic:
    """A card whose model is not named is the machine type's own choice."""
    kind = backend.get("type", "")
    return Nic(
        kind=kind,
        target=backend.get("ifname") or device.get("id") or f"nic{place}",
        model="virtio" if (model or "").startswith("virtio") else model,
        queues=number(backend.get("queues")),
        vhost=kind in ("vhost-user", "vhost-vdpa") or backend.get("vhost", "off") == "on",
        source=backend.get("br"),
        mac=device.get("mac") or backend.get("mac"),
    )


def virtiofs(given: Options) -> int:
    """How many file systems a virtiofsd serves."""
    return len(given.device("vhost-user-fs"))


def hostdevs(given: Options) -> Iterator[Hostdev]:
    """Every PCI function given through VFIO, and every mediated device, which has a UUID for an address."""
    for device in given.device("vfio"):
        last = device.get("sysfsdev", "").rstrip("/").rsplit("/", 1)[-1]
        address = _full(device.get("host") or last)
        if address:
            yield Hostdev(kind="pci", managed=False, address=address, place=device.get(PLACE))
        elif _UUID.fullmatch(last):
            yield Hostdev(kind="mdev", managed=False)


def _full(text: str) -> str | None:
    """QEMU takes "81:00.0" for "0000:81:00.0"."""
    lower = text.lower()
    full = lower if lower.count(":") == 2 else f"0000:{lower}"
    return full if pci_address.is_address(full) else None
