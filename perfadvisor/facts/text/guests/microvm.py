"""Configurations of cloud-hypervisor (VmConfig, `ch-remote info`) and of Firecracker (--config-file), both JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from perfadvisor.errors import InputError
from perfadvisor.facts.guest import guest
from perfadvisor.facts.guest.model import Caps, Disk, Guest, Hostdev, Nic, Pages
from perfadvisor.facts.reading import cpulist
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "VM configuration"
NAME = "guest"
MIB, HUGE = 1 << 20, 2 << 20
_ADDRESS = re.compile(r".*/([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])/?")
# What such a monitor cannot be asked for, or does another way than QEMU, so no rule about it may draw on a default.
_OF_QEMU = (
    "vm.cpu_mode", "vm.balloon", "vm.machine", "vm.iothread_count", "vm.threads_per_core", "vm.emulator_shared_cpus",
    "vm.iothread_shared_cpus", "vm.numa_cells", "vm.free_page_reporting", "vm_disk.cache", "vm_disk.io",
    "vm_disk.iothreads_mapped", "vm_disk.queues", "vm_nic.vhost", "vm_nic.queues",
)  # fmt: skip

_PINS = ("vm.vcpupin_count", "vm.sibling_pairs", "vm.dedicated")  # Firecracker's jailer and others pin from outside

Values = Mapping[str, Any]


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The guest that is configured. InputError where it is not JSON, or neither of the two."""
    try:
        document = json.loads(decoded(data))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{source}: no JSON, or cut off: {error}", "give the whole file") from error
    given = _mapping(document)
    given = _mapping(given.get("config")) or given  # ch-remote info has the configuration in a field
    if "machine-config" in given:
        found = _firecracker(given, source)
    elif "cpus" in given and "memory" in given:
        found = cloud_hypervisor(given, source)
    else:
        raise InputError(f"{source}: no vCPUs in it", "expected a configuration of cloud-hypervisor or Firecracker")
    yield from of_guest(found)


def of_guest(found: Guest) -> Iterator[Fact | Absent]:
    """The facts of a guest of such a monitor."""
    unsaid = _OF_QEMU if found.vcpu_pins else (*_OF_QEMU, *_PINS)
    yield from (fact for fact in guest.of_guest(found) if fact.name not in unsaid)


def cloud_hypervisor(given: Values, source: str) -> Guest:
    """The guest of a VmConfig."""
    cpus, memory = _mapping(given.get("cpus")), _mapping(given.get("memory"))
    pins = {
        vcpu: cpulist.format([cpu for cpu in pin.get("host_cpus") or () if isinstance(cpu, int) and 0 <= cpu < 65536])
        for pin in _rows(cpus.get("affinity"))
        if (vcpu := _count(pin.get("vcpu"))) is not None
    }
    addresses = (_ADDRESS.fullmatch(str(one.get("path", ""))) for one in _rows(given.get("devices")))
    return Guest(
        name=NAME,
        source=source,
        owner="cloud-hypervisor",
        hypervisor="kvm",
        vcpus=_count(cpus.get("max_vcpus")),
        vcpus_current=_count(cpus.get("boot_vcpus")),
        vcpu_pins=pins,
        memory_bytes=_count(memory.get("size")),
        pages=(Pages(size_bytes=_count(memory.get("hugepage_size"))),) if memory.get("hugepages") is True else None,
        shared_memory=memory.get("shared") is True,
        virtiofs=len(_rows(given.get("fs"))),
        disks=tuple(
            Disk(
                target=f"disk{place}",
                bus="virtio",
                source=_text(one.get("path")),
                queues=_count(one.get("num_queues")),
                shared=one.get("vhost_user") is True,
            )
            for place, one in enumerate(_rows(given.get("disks")))
        ),
        nics=tuple(
            Nic(
                kind="vhostuser" if one.get("vhost_user") is True else "ethernet",
                target=f"net{place}",
                model="virtio",
                source=_text(one.get("tap")),
                mac=_text(one.get("mac")),
            )
            for place, one in enumerate(_rows(given.get("net")))
        ),
        hostdevs=tuple(Hostdev(kind="pci", address=match[1]) for match in addresses if match),
    )


def _firecracker(given: Values, source: str) -> Guest:
    machine = _mapping(given.get("machine-config"))
    memory = _count(machine.get("mem_size_mib"))
    return Guest(
        name=NAME,
        source=source,
        owner="firecracker",
        hypervisor="kvm",
        vcpus=_count(machine.get("vcpu_count")),
        memory_bytes=None if memory is None else memory * MIB,
        pages=(Pages(size_bytes=HUGE),) if machine.get("huge_pages") == "2M" else None,
        disks=tuple(
            Disk(
                target=str(one.get("drive_id", place)),
                bus="virtio",
                source=_text(one.get("path_on_host")),
                caps=_caps(_mapping(one.get("rate_limiter"))),
            )
            for place, one in enumerate(_rows(given.get("drives")))
        ),
        nics=tuple(
            Nic(
                kind="ethernet",
                target=str(one.get("iface_id", place)),
                model="virtio",
                source=_text(one.get("host_dev_name")),
                inbound_bytes_per_s=_rate(one.get("rx_rate_limiter"), "bandwidth"),
                outbound_bytes_per_s=_rate(one.get("tx_rate_limiter"), "bandwidth"),
            )
            for place, one in enumerate(_rows(given.get("network-interfaces")))
        ),
    )


def _caps(limiter: Values) -> Caps | None:
    caps = Caps(iops=_rate(limiter, "ops"), bytes_per_s=_rate(limiter, "bandwidth"))
    return caps if caps.iops or caps.bytes_per_s else None


def _rate(limiter: object, name: str) -> int | None:
    """A bucket of `size` that is filled once in `refill_time` milliseconds."""
    bucket = _mapping(_mapping(limiter).get(name))
    size, time = _count(bucket.get("size")), _count(bucket.get("refill_time"))
    return size * 1000 // time if size and time else None


def _mapping(value: object) -> Values:
    return value if isinstance(value, dict) else {}


def _rows(value: object) -> list[Values]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63 else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
