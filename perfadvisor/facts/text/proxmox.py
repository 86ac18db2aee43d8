"""A guest as Proxmox defines it: `qm config ID` and `/etc/pve/qemu-server/ID.conf`.

Keys as qm.conf(5) names them. Each is put into the option of QEMU that Proxmox makes of it (PVE/QemuServer.pm), so that
the same reader serves both. What depends on Proxmox's version and is not written down (the CPU's model, `aio`) stays
unknown.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from perfadvisor.errors import InputError
from perfadvisor.facts.guest import guest
from perfadvisor.facts.guest import qemu as guest_qemu
from perfadvisor.facts.guest.model import Guest, Nic
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.facts.reading.reader import fields, number
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ qm config"
MIB = 1 << 20
_DISK = re.compile(r"(?P<bus>ide|sata|scsi|virtio)(?P<place>[0-9]{1,2})")
_NET = re.compile(r"net(?P<place>[0-9]{1,2})")
_CONTROLLERS = {"lsi": "lsi", "lsi53c810": "lsi53c810", "megasas": "megasas", "pvscsi": "pvscsi"}
_MODELS = {"virtio": "virtio-net-pci"}
_THROTTLES = {
    "iops": ("iops-total", 1), "iops_rd": ("iops-read", 1), "iops_wr": ("iops-write", 1),
    "mbps": ("bps-total", MIB), "mbps_rd": ("bps-read", MIB), "mbps_wr": ("bps-write", MIB),
}  # fmt: skip

# Proxmox writes these always; where they are missing, the text was cut.
_SAID_BY = {
    **dict.fromkeys(("vm.vcpus", "vm.vcpus_current", "vm_disk.queues"), ("cores", "sockets", "vcpus")),
    **dict.fromkeys(("vm.memory_bytes", "vm.current_memory_bytes"), ("memory",)),
}

Words = Mapping[str, str]


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The guest defined; snapshots of it, which follow in sections, are left out. InputError where it has no device."""
    text = decoded(data)
    config = fields(re.split(r"^\[", text, maxsplit=1, flags=re.MULTILINE)[0])
    if not any(_DISK.fullmatch(key) or _NET.fullmatch(key) for key in config):
        raise InputError(f"{source}: no disk and no network device", "expected what qm config ID prints")
    found = guest_qemu.of_argv(tuple(_argv(config)), source)
    found = replace(found, running=None, owner="proxmox", nics=tuple(_nics(found, config)))
    unsaid = {name for name, keys in _SAID_BY.items() if not any(key in config for key in keys)}
    yield from (fact for fact in guest.of_guest(found) if not _is_of_a_version(fact) and fact.name not in unsaid)


def _is_of_a_version(fact: Fact | Absent) -> bool:
    """Whether only the version tells: without `aio`, Proxmox took threads or native up to 6, io_uring since."""
    return fact.name == "vm_disk.io" and isinstance(fact, Fact) and fact.value == "default"


def _argv(config: Words) -> Iterator[str]:
    yield "/usr/bin/kvm"
    yield from ("-name", f"guest={config.get('name', 'unnamed')}")
    yield from _processors(config)
    yield from ("-machine", "type=" + config.get("machine", "pc").split(",")[0].removeprefix("type="))
    if config.get("kvm") == "0":
        yield from ("-accel", "tcg")
    if config.get("balloon") != "0":
        yield from ("-device", "virtio-balloon-pci,free-page-reporting=on")
    if "hugepages" in config:
        yield from ("-mem-path", "/run/hugepages/kvm")
    yield from _controllers(config)
    for key, value in config.items():
        if disk := _DISK.fullmatch(key):
            yield from _disk(disk["bus"], disk["place"], _words(value, "file"), config.get("scsihw", "lsi"))
        elif net := _NET.fullmatch(key):
            yield from _net(net["place"], value)
        elif re.fullmatch(r"hostpci[0-9]{1,2}", key):
            host = _words(value, "host").get("host", "")
            yield from ("-device", f"vfio-pci,host={host}") if "." in host else ()


def _words(value: str, first: str) -> dict[str, str]:
    """`local:disk,size=64G`: words with a key, of which the first may lack it."""
    pairs = (word.partition("=") for word in value.split(","))
    return {key if equals else first: rest if equals else key for key, equals, rest in pairs}


def _processors(config: Words) -> Iterator[str]:
    sockets, cores = number(config.get("sockets", "1")) or 1, number(config.get("cores", "1")) or 1
    count = number(config.get("vcpus")) or sockets * cores
    memory = number(config.get("memory", "512").removeprefix("current=").split(",")[0]) or 512
    yield from ("-smp", f"cpus={count},sockets={sockets},cores={cores}", "-m", f"{memory}")
    if model := _words(config.get("cpu", ""), "cputype").get("cputype"):
        yield from ("-cpu", model)
    if config.get("numa") == "1":  # a node for each socket
        for node in range(min(sockets, 64)):
            cpus = f"{node * cores}-{(node + 1) * cores - 1}"
            yield from ("-numa", f"node,nodeid={node},cpus={cpus},mem={memory // sockets}")


def _controllers(config: Words) -> Iterator[str]:
    kind = config.get("scsihw", "lsi")
    if any(key.startswith("scsi") and key != "scsihw" for key in config) and kind != "virtio-scsi-single":
        yield from ("-device", f"{_CONTROLLERS.get(kind, 'virtio-scsi-pci')},id=scsihw0")
    if any(key.startswith("sata") for key in config):
        yield from ("-device", "ahci,id=ahci0")


def _disk(bus: str, place: str, words: Words, controller: str) -> Iterator[str]:
    source, name = words.get("file", ""), f"drive-{bus}{place}"
    cdrom = words.get("media") == "cdrom"
    if source in ("none", "cdrom") or cdrom:
        return  # a drive for media is not a disk
    yield from ("-drive", ",".join([f"file={source}", "if=none", f"id={name}", *_drive(source, words)]))
    thread = f",iothread=iothread-{bus}{place}" if words.get("iothread") == "1" else ""
    if thread:
        yield from ("-object", f"iothread,id=iothread-{bus}{place}")
    if bus == "scsi" and controller == "virtio-scsi-single":
        yield from ("-device", f"virtio-scsi-pci,id=virtioscsi{place}{thread}")
    scsi = f"virtioscsi{place}" if controller == "virtio-scsi-single" else "scsihw0"
    devices = {
        "virtio": f"virtio-blk-pci,drive={name}{thread}",
        "ide": f"ide-hd,bus=ide.{place},drive={name}",
        "sata": f"ide-hd,bus=ahci0.{place},drive={name}",
        "scsi": f"scsi-hd,bus={scsi}.0,drive={name}",
    }
    yield from ("-device", f"{devices[bus]},id={bus}{place}")


def _drive(source: str, words: Words) -> Iterator[str]:
    """Options of a drive. Without `cache` Proxmox opens images without the host's page cache."""
    suffix = source.rpartition(".")[2]
    kind = words.get("format") or (suffix if suffix in ("qcow2", "raw", "vmdk") else "")
    yield from (f"format={kind}",) if kind else ()
    yield f"cache={words.get('cache', 'none')}"
    yield from (f"aio={words['aio']}",) if "aio" in words else ()
    for key, (name, factor) in _THROTTLES.items():
        if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,6})?", words.get(key, "")):
            yield f"throttling.{name}={int(float(words[key]) * factor)}"


def _net(place: str, value: str) -> Iterator[str]:
    words = _words(value, "model")
    model, mac = next(((key, rest) for key, rest in words.items() if key not in _NOT_MODELS), ("", ""))
    model = words.get("model", model)
    if not model:
        return
    queues = f",queues={words['queues']}" if words.get("queues", "").isdecimal() else ""
    vhost = ",vhost=on" if model == "virtio" else ""
    yield from ("-netdev", f"tap,id=net{place},ifname=net{place}{vhost}{queues}")
    address = f",mac={words.get('macaddr', mac)}" if words.get("macaddr", mac) else ""
    yield from ("-device", f"{_MODELS.get(model, model)},netdev=net{place},id=net{place}{address}")


_NOT_MODELS = ("bridge", "rate", "queues", "firewall", "tag", "trunks", "mtu", "link_down", "model", "macaddr")


def _nics(found: Guest, config: Words) -> Iterator[Nic]:
    """The network devices with what QEMU does not know: the bridge, and the cap that Proxmox sets on the tap."""
    defined = [_words(value, "model") for key, value in config.items() if _NET.fullmatch(key)]
    for nic, words in zip(found.nics, defined, strict=False):
        text = words.get("rate", "")
        cap = int(float(text) * 1_000_000) if re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{1,6})?", text) else None
        yield replace(nic, kind="bridge", source=words.get("bridge"), inbound_bytes_per_s=cap, outbound_bytes_per_s=cap)
