"""Facts of a guest's disks, network devices and assigned functions."""

import re
from collections.abc import Iterator

from perfadvisor.facts.guest.facts import memory_nodes, vcpu_nodes
from perfadvisor.facts.guest.host import Host
from perfadvisor.facts.guest.model import Disk, Guest, Hostdev, Nic
from perfadvisor.facts.guest.spec import VM_DISK, VM_HOSTDEV, VM_NIC, VM_REMOVABLE
from perfadvisor.model.fact import Absent, Fact, FactSpec, Scalar

Values = dict[str, Scalar | None]

_REMOVABLE = frozenset({"cdrom", "floppy"})
_VERSION = re.compile(r"(?:^|-)(rhel)?([0-9]{1,2})\.([0-9]{1,2})(?:\.|$)")
_NOT_SAID = "the definition does not say"
_NO_CAP = "no such limit is set"
_VIRTIO_BUSES = frozenset({"virtio", "vhost-user", "xen"})
_REAL_BUSES = frozenset({"ide", "sata", "usb", "sd", "fdc"})
_MADE_FOR_GUESTS = frozenset({"virtio-scsi", "ibmvscsi", "spapr-vscsi"})
_REASONS = {
    "vm_disk.iothreads_mapped": "QEMU does not serve it: vhost-user or vDPA does",
    "vm_disk.queues": "none are asked for, and what is known does not tell the default",
    **dict.fromkeys(
        (
            "vm_disk.iops_max",
            "vm_disk.bytes_per_s_max",
            "vm_nic.inbound_bytes_per_s_max",
            "vm_nic.outbound_bytes_per_s_max",
        ),
        _NO_CAP,
    ),
    "vm_disk.controller": "its bus or its controller's model is left to the hypervisor",
    "vm_disk.paravirtual": "its bus or its controller's model is left to the hypervisor, or NVMe",
    "vm_nic.paravirtual": "its model is left to the hypervisor",
    "vm_disk.source_device": "no disk of the host is known to be behind it",
    "vm_nic.source_nic": "no network device of the host is known to be behind it",
    "vm_nic.vhost": "left to libvirt, which takes vhost where the host offers it",
    "vm_nic.vhost_busy_share": "counted only while the guest is watched",
    "vm_hostdev.on_guest_node": "the nodes of the function, the vCPUs or the memory are not known",
    "vm_hostdev.guest_interrupts_per_s": "counted only while host and guest are watched",
    "vm_hostdev.host_interrupts_per_s": "counted only while host and guest are watched",
}


def facts(guest: Guest, host: Host) -> Iterator[Fact | Absent]:
    """Every device of one guest. Functions given as network devices are listed as the assigned functions they are."""
    for place, disk in enumerate(guest.disks):
        subject = f"{guest.name}/{disk.target or f'disk{place}'}"
        if disk.device in _REMOVABLE:
            yield from _given(VM_REMOVABLE, _removable(guest, disk), guest, subject)
        else:
            yield from _given(VM_DISK, _disk(guest, disk, host), guest, subject)
    for place, nic in enumerate(guest.nics):
        if nic.host_address is None:
            yield from _given(VM_NIC, _nic(guest, nic, host), guest, f"{guest.name}/{nic.target or f'nic{place}'}")
    for device in guest.assigned:
        yield from _given(VM_HOSTDEV, _hostdev(guest, device, host), guest, f"{guest.name}/{device.address}")


def _given(specs: tuple[FactSpec, ...], values: Values, guest: Guest, subject: str) -> Iterator[Fact | Absent]:
    for spec in specs:
        reason = _REASONS.get(spec.name, _NOT_SAID)
        yield spec.given(values.get(spec.name), source=guest.source, subject=subject, reason=reason)


def _removable(guest: Guest, disk: Disk) -> Values:
    return {
        "vm_removable.domain": guest.name,
        "vm_removable.device": disk.device,
        "vm_removable.bus": disk.bus,
        "vm_removable.format": disk.format,
    }


def _disk(guest: Guest, disk: Disk, host: Host) -> Values:
    iothreads = disk.iothreads if guest.iothreads else ()  # a thread named where the guest has none serves nothing
    return {
        "vm_disk.domain": guest.name,
        "vm_disk.device": disk.device,
        "vm_disk.bus": disk.bus,
        "vm_disk.cache": disk.cache or "default",
        "vm_disk.io": disk.io or "default",
        "vm_disk.is_local": False if disk.offloaded else disk.local,
        "vm_disk.queues": _queues(guest, disk),
        "vm_disk.queues_asked": disk.queues,
        "vm_disk.iothreads_mapped": None if disk.offloaded else len(iothreads),
        "vm_disk.iothreads": ",".join(iothreads) or None,
        "vm_disk.controller": disk.controller if disk.bus == "scsi" else disk.bus,
        "vm_disk.paravirtual": _is_paravirtual(disk),
        "vm_disk.capped": disk.caps is not None,
        "vm_disk.iops_max": disk.caps.iops if disk.caps else None,
        "vm_disk.bytes_per_s_max": disk.caps.bytes_per_s if disk.caps else None,
        "vm_disk.format": disk.format,
        "vm_disk.source": disk.source,
        "vm_disk.source_device": host.disk_behind(disk.source),
        "vm_disk.serial": disk.serial,
        "vm_disk.guest_address": disk.place,
    }


def _is_paravirtual(disk: Disk) -> bool | None:
    if disk.bus == "scsi":
        return None if disk.controller is None else disk.controller in _MADE_FOR_GUESTS
    return True if disk.bus in _VIRTIO_BUSES else False if disk.bus in _REAL_BUSES else None


def _queues(guest: Guest, disk: Disk) -> int | None:
    """What was asked for. Without that virtio disks have one queue before QEMU 5.2 and one per vCPU from then on, by
    the machine type's version (QEMU commit 9445e1e15e66, "virtio-blk-pci: default num_queues to -smp N"); RHEL 7's
    machine types are older than that, RHEL 9's newer."""
    if disk.queues is not None or disk.bus == "nvme":
        return disk.queues
    if disk.bus not in ("virtio", "scsi") or _is_paravirtual(disk) is False:
        return 1
    match = _VERSION.search(guest.machine or "")
    if not match:
        return None
    version = int(match.group(2)), int(match.group(3))
    many, one = ((9, 0), (8, 0)) if match.group(1) else ((5, 2), (5, 2))
    return guest.vcpus if version >= many else 1 if version < one else None


def _nic(guest: Guest, nic: Nic, host: Host) -> Values:
    return {
        "vm_nic.domain": guest.name,
        "vm_nic.connection": nic.kind or None,
        "vm_nic.connected_to": nic.source,
        "vm_nic.mac": nic.mac,
        "vm_nic.guest_address": nic.place,
        "vm_nic.model": nic.model,
        "vm_nic.paravirtual": None if nic.model is None else nic.model.startswith(("virtio", "xen", "netfront")),
        "vm_nic.capped": bool(nic.inbound_bytes_per_s or nic.outbound_bytes_per_s),
        "vm_nic.inbound_bytes_per_s_max": nic.inbound_bytes_per_s,
        "vm_nic.outbound_bytes_per_s_max": nic.outbound_bytes_per_s,
        "vm_nic.queues": 1 if nic.queues is None else nic.queues,
        "vm_nic.queues_asked": nic.queues,
        "vm_nic.vhost": nic.vhost,
        "vm_nic.source_nic": host.nic_behind(nic.source) or host.nic_behind(nic.target),
    }


def _hostdev(guest: Guest, device: Hostdev, host: Host) -> Values:
    node = host.pci_node(device.address or "")
    vcpus, memory = vcpu_nodes(guest, host), memory_nodes(guest, host)
    near = None if node is None or vcpus is None or memory is None else node in vcpus and node in memory
    return {
        "vm_hostdev.domain": guest.name,
        "vm_hostdev.pci_address": device.address,
        "vm_hostdev.managed": device.managed,
        "vm_hostdev.guest_address": device.place,
        "vm_hostdev.on_guest_node": near,
    }
