"""Readings of libvirt's definitions (and one host's capabilities) against independent ones of the same files."""

import pytest

from perfadvisor.facts.guest import libvirt as guest_libvirt
from perfadvisor.facts.reading import xmltext
from perfadvisor.facts.text import libvirt
from perfadvisor.model.fact import FactTable

pytestmark = pytest.mark.shared

EXPECTATIONS = ("libvirt__*",)
UNITS = {"G": 1 << 30, "MB": 10**6, "KiB": 1 << 10}


class Reading(FactTable):
    """The facts of a file, with its first guest's definition for what facts leave out: the order, and exact words."""

    def __init__(self, data):
        super().__init__(libvirt.facts(data))
        root = xmltext.parse(data, "file")
        self.root = root.tag
        self.guest = next(guest_libvirt.guests(root, "file"), None)

    def about(self, name):
        """A fact of the first guest."""
        return self.value(name, self.guest.name)


def read(path):
    return Reading(path.read_bytes())


def of_guest(name):
    return lambda reading, *_: reading.about(name)


def defined(name):
    """What the definition itself says; a mapping's numbers are texts in the expectation."""
    return lambda reading, *_: getattr(reading.guest, name)


def pin(name):
    return lambda reading, keys, _: getattr(reading.guest, name).get(int(keys[0]))


def memory(reading, *_):
    return reading.about("vm.memory_bytes") // 1024


def current(reading, *_):
    asked = reading.guest.vcpus_current
    return None if asked is None else str(asked)


def asked_nodes(reading, keys, expected):
    guest = reading.guest
    if expected is None:
        return guest.memory_nodes
    return {"mode": guest.memory_mode, "nodeset": guest.memory_nodes}[keys[0]]


def memnode(reading, keys, _):
    cell = list(reading.guest.cell_nodes)[int(keys[0])]
    mode, nodes = reading.guest.cell_nodes[cell]
    return {"cellid": cell, "mode": mode, "nodeset": nodes}[keys[1]]


def cell(reading, keys, expected):
    found = reading.guest.cells[int(keys[0])]
    if keys[1] == "memory":
        unit = 1024
        return expected if found.memory_bytes == int(expected) * unit else found.memory_bytes
    return {"id": found.id, "cpus": found.cpus}[keys[1]]


def pages(reading, keys, expected):
    """The size in bytes is ours: that of the expectation's size and unit must be it."""
    found = reading.guest.pages[int(keys[0])]
    if keys[1] == "nodeset":
        return found.nodes
    sizes = {"0": 12 * UNITS["G"], "1": 1234 * UNITS["MB"]}
    return expected if found.size_bytes == sizes[keys[0]] else found.size_bytes


def disk(reading, keys, expected):
    found = reading.guest.disks[int(keys[0])]
    if keys[1] == "iothread":
        own = found.iothreads if found.bus == "virtio" else ()
        return next(iter(own), None)
    if keys[1] == "queues":
        return str(found.queues) if found.queues is not None and found.bus == "virtio" else None
    return {"device": found.device, "bus": found.bus, "type": found.format, "cache": found.cache, "io": found.io}[
        keys[1]
    ]


def disk_count(reading, keys, expected):
    count = len(reading.guest.disks)
    return f"... {count} in all"


def interface_count(reading, keys, expected):
    count = len(reading.guest.nics)
    return f"... {count} in all"


def interface(reading, keys, _):
    found = {nic.host_address: nic for nic in reading.guest.nics if nic.host_address}.get(keys[0])
    found = found or reading.guest.nics[int(keys[0])]
    queues = None if found.queues is None else str(found.queues)
    return {"type": found.kind, "model": found.model, "queues": queues, "addr": found.host_address}[keys[1]]


def hostdev(reading, keys, expected):
    """Members without an address share one key, so it is asked whether there is such a one at all."""
    known = {device.address: device for device in reading.guest.hostdevs if device.address}.get(keys[0])
    others = [device for device in reading.guest.hostdevs if not device.address]
    found = {
        "type": [device.kind for device in others],
        "managed": ["yes" if device.managed else "no" for device in others],
        "addr": [device.address for device in others],
    }[keys[1]]
    if known:
        return {"type": known.kind, "managed": "yes" if known.managed else "no", "addr": known.address}[keys[1]]
    return expected if expected in found else found


def none_at_all(name):
    return lambda reading, keys, expected: expected if not getattr(reading.guest, name) else "some"


def unpinned(reading, *_):
    guest = reading.guest
    return [str(vcpu) for vcpu in range(guest.vcpus) if vcpu not in guest.vcpu_pins]


def for_rules(reading, keys, expected):
    """What rules are to see, as the facts they see it by."""
    if expected == "emulated disk bus":
        return expected if set(reading.of("vm_disk.bus").values()) & {"ide", "sata", "usb"} else None
    assert expected == "memballoon with pci passthrough"
    with_both = reading.about("vm.balloon") == "virtio" and reading.about("vm.hostdev_count") > 0
    return expected if with_both else None


CAPABILITIES = (
    ("arch", "kernel.architecture"),
    ("cells", "numa.node_count"),
    ("cpus", "cpu.online_count"),
    ("memory_kib/*", "node.memory_total_bytes", "{0}", lambda size: str(size // 1024)),
    ("iommu", "iommu.present", "", lambda present: "yes" if present else "no"),
)

LEAVES = (
    *CAPABILITIES,
    ("parse_ok", lambda reading, *_: reading.root is not None),
    ("root", lambda reading, *_: reading.root),
    ("name", defined("name")),
    ("type", of_guest("vm.hypervisor")),
    ("memory_kib", memory),
    ("vcpus", of_guest("vm.vcpus")),
    ("vcpu_cpuset", defined("vcpu_cpuset")),
    ("vcpu_current", current),
    ("vcpupin", none_at_all("vcpu_pins")),
    ("vcpupin/*", pin("vcpu_pins")),
    ("emulatorpin", defined("emulator_pin")),
    ("iothreads", of_guest("vm.iothread_count")),
    ("iothreadpin", none_at_all("iothread_pins")),
    ("iothreadpin/*", pin("iothread_pins")),
    ("hugepages", defined("pages")),
    ("hugepages/*/*", pages),
    ("locked", of_guest("vm.memory_locked")),
    ("numatune", asked_nodes),
    ("numatune/*", asked_nodes),
    ("memnode", none_at_all("cell_nodes")),
    ("memnode/*/*", memnode),
    ("cpu_mode", defined("cpu_mode")),
    ("cpu_topology", lambda reading, keys, expected: dict(reading.guest.topology) or None),
    ("cpu_topology/*", lambda reading, keys, _: reading.guest.topology.get(keys[0])),
    ("guest_numa_cells", none_at_all("cells")),
    ("guest_numa_cells/*/*", cell),
    ("hostdev", none_at_all("hostdevs")),
    ("hostdev/*/*", hostdev),
    ("interfaces", none_at_all("nics")),
    ("interfaces/*", interface_count),
    ("interfaces/*/*", interface),
    ("disks", none_at_all("disks")),
    ("disks/*", disk_count),
    ("disks/*/*", disk),
    ("memballoon", of_guest("vm.balloon")),
    ("facts_for_rules/*/vcpus_not_pinned", unpinned),
    ("facts_for_rules/*", for_rules),
)
UNCOMPARED = (
    ("guest_numa_cells/*/unit", "how the size was written; the size itself is compared"),
    ("guest_numa_cells/*/memAccess", "no rule asks how a guest's node is shared"),
    ("guest_numa_cells/*/discard", "no rule asks whether a guest's node is discarded"),
    ("hugepages/*/unit", "how the size was written; the size itself is compared"),
    ("facts_for_rules", "an empty list says nothing of ours"),
    ("hostdev/*/addr/*", "the address of a SCSI or USB device, which no rule needs"),
    ("hostdev/{'bus'*/*", "the address of a SCSI or USB device, which no rule needs"),
)
_DECIMAL = (
    "slot 25 is written in decimal and is 0x19: a PCI slot cannot be 0x25 (formatdomain: 0 to 0x1f), so is bus 21"
)
_FILE = "libvirt__virt-manager_virt-install-many-devices.xml.json"
DISAGREED = {
    (_FILE, f"hostdev/{address}/addr"): _DECIMAL
    for address in ("0000:00:25.0", "0000:21:00.1", "0002:21:00.2", "0000:21:00.3", "0000:21:00.4")
} | {
    (_FILE, f"hostdev/{address}/type"): _DECIMAL
    for address in ("0000:00:25.0", "0000:21:00.1", "0002:21:00.2", "0000:21:00.3", "0000:21:00.4")
}


def test_agrees(expectation, differences):
    assert differences(expectation, read(expectation.path)) == []
