"""How a guest is given one PCI function near its own memory and CPUs, in the language of whoever owns the guest.

Sources: libvirt, "Domain XML format" (hostdev, numatune, cputune, memoryBacking, iothreads); Proxmox VE, qm.conf(5);
KubeVirt, "Host Devices Assignment" and "Dedicated CPU resources".
"""

from collections.abc import Callable
from dataclasses import dataclass

from perfadvisor.analyse.devices.device import Device


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """Where the guest goes: CPUs of the device's node, one per virtual CPU, that node, and the size of a huge page in
    KiB, None where this machine shows none. `spare` is the CPU for QEMU's own threads, None where none is left."""

    cpus: tuple[int, ...]
    spare: int | None
    node: int | None
    page_kib: int | None
    memory_mib: int


def libvirt(device: Device, near: Near) -> str:
    """Elements to add to the domain."""
    rows = [f"<memory unit='MiB'>{near.memory_mib}</memory>"]
    if near.page_kib:
        page = f"<page size='{near.page_kib}' unit='KiB'/>"
        rows.append(f"<memoryBacking><hugepages>{page}</hugepages></memoryBacking>")
    rows.append(f"<vcpu placement='static'>{len(near.cpus)}</vcpu>")
    rows += ["<iothreads>1</iothreads>", "<cputune>"]
    rows += [f"  <vcpupin vcpu='{place}' cpuset='{cpu}'/>" for place, cpu in enumerate(near.cpus)]
    if near.spare is not None:
        rows.append(f"  <emulatorpin cpuset='{near.spare}'/>")
        rows.append(f"  <iothreadpin iothread='1' cpuset='{near.spare}'/>")
    rows.append("</cputune>")
    if near.node is not None:
        rows.append(f"<numatune><memory mode='strict' nodeset='{near.node}'/></numatune>")
    return "\n".join([*rows, "<devices>", *_hostdev(device), "</devices>"])


def _hostdev(device: Device) -> list[str]:
    domain, bus, slot, number = _parts(device.address)
    where = f"domain='0x{domain}' bus='0x{bus}' slot='0x{slot}' function='0x{number}'"
    return [
        "  <hostdev mode='subsystem' type='pci' managed='yes'>",
        f"    <source><address {where}/></source>",
        "  </hostdev>",
    ]


def _parts(address: str) -> tuple[str, str, str, str]:
    domain, bus, rest = address.split(":")
    slot, _, number = rest.partition(".")
    return domain, bus, slot, number


def vm(device: Device, near: Near) -> str:
    """The environment of `perfadvisor run`, whose guest memory follows its CPUs to their node."""
    pages = f",hugepages={_short(near.page_kib)}" if near.page_kib else ""
    pins = "+".join(map(str, near.cpus))
    spec = f"vm:cpus={len(near.cpus)},pin={pins},memory={near.memory_mib}M{pages},iothread=on,vfio={device.address}"
    return f"perfadvisor run storage --env local --env {spec}"


def _short(page_kib: int) -> str:
    return f"{page_kib >> 20}G" if page_kib >= 1 << 20 else f"{page_kib >> 10}M"


def proxmox(device: Device, near: Near) -> str:
    """Lines of /etc/pve/qemu-server/VMID.conf. It pins no single virtual CPU: `affinity` holds all threads."""
    last = len(near.cpus) - 1
    cpus = sorted({*near.cpus, *([near.spare] if near.spare is not None else [])})
    rows = ["machine: q35", f"cores: {len(near.cpus)}", f"memory: {near.memory_mib}", "numa: 1"]
    if near.node is not None:
        guest = f"cpus=0-{last},hostnodes={near.node},memory={near.memory_mib},policy=bind"
        rows.append(f"numa0: {guest}")
    if near.page_kib:
        rows.append(f"hugepages: {near.page_kib >> 10}")
    note = "# I/O threads are for virtio disks: scsihw: virtio-scsi-single, and iothread=1 on the disk"
    rows += [f"affinity: {','.join(map(str, cpus))}", f"hostpci0: {device.address},pcie=1"]
    return "\n".join([*rows, note])


def kubevirt(device: Device, near: Near) -> str:
    """Two pieces: what the cluster permits, and what the guest asks for. Node and CPUs are chosen by the kubelet."""
    resource = f"example.org/{device.ids.replace(':', '-') or 'device'}"
    pages = f"    hugepages: {{pageSize: {_short(near.page_kib)}i}}\n" if near.page_kib else ""
    return (
        "# KubeVirt (spec.configuration)\n"
        "permittedHostDevices:\n"
        "  pciHostDevices:\n"
        f"  - {{pciVendorSelector: '{device.ids.upper()}', resourceName: {resource}}}\n"
        "# VirtualMachine (spec.template.spec)\n"
        "domain:\n"
        f"  cpu: {{cores: {len(near.cpus)}, dedicatedCpuPlacement: true, isolateEmulatorThread: true,"
        " numa: {guestMappingPassthrough: {}}}\n"
        f"  memory:\n    guest: {near.memory_mib}Mi\n{pages}"
        "  ioThreadsPolicy: auto\n"
        f"  devices: {{hostDevices: [{{name: passed, deviceName: {resource}}}]}}\n"
        "# pins and the memory's node are the kubelet's: cpuManagerPolicy static, memoryManagerPolicy Static,\n"
        "# topologyManagerPolicy single-numa-node"
    )


LANGUAGES: dict[str, Callable[[Device, Near], str]] = {
    "vm": vm,
    "libvirt": libvirt,
    "proxmox": proxmox,
    "kubevirt": kubevirt,
}
