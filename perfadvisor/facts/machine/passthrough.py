"""PCI functions of a virtual machine that look like hardware given to it, not like devices the hypervisor made up."""

import re

from perfadvisor.facts.reading import reader
from perfadvisor.model.tree import Tree

_PCI = "/sys/bus/pci/devices"
PATTERNS: tuple[str, ...] = tuple(
    f"{_PCI}/*/{file}" for file in ("vendor", "device", "class", "subsystem_vendor", "modalias")
)

_ALIAS = re.compile(r"pci:v[0-9A-F]{8}d[0-9A-F]{8}sv([0-9A-F]{8})sd")

# Storage, network, display, processing accelerator (PCI Code and ID Assignment Specification, base classes).
_CLASSES = {0x01, 0x02, 0x03, 0x12}

# Vendors of devices that exist in software only, or that look the same as such (pci.ids): virtio, QEMU, Bochs,
# VMware, Microsoft, VirtualBox, Xen, Parallels, Amazon, Google, Alibaba. QEMU's copies of real devices name the first
# as their subsystem vendor.
_VIRTUAL = {0x1AF4, 0x1B36, 0x1234, 0x15AD, 0x1414, 0x80EE, 0x5853, 0xFFFD, 0x1AB8, 0x1D0F, 0x1AE0, 0x1DED}

# Real devices that hypervisors emulate under their true numbers: e1000 and e1000e, PIIX and ICH9 storage, QEMU's NVMe;
# rtl8139 and ne2000; pcnet; LSI controllers; Cirrus VGA; BusLogic.
_EMULATED = {
    0x8086: {0x100E, 0x100F, 0x10D3, 0x1209, 0x2229, 0x2829, 0x2922, 0x5845, 0x7010, 0x7111, 0x7601},
    0x10EC: {0x8029, 0x8139},
    0x1022: {0x2000},
    0x1000: {0x0012, 0x0030, 0x0054, 0x005B, 0x0060, 0x0073},
    0x1013: {0x00B8},
    0x104B: {0x1040},
}


def assigned(tree: Tree) -> tuple[str, ...] | None:
    """Addresses of the functions that look physical; None where none does, and of one it is not known."""
    answers = {address: _looks_physical(tree, f"{_PCI}/{address}") for address in tree.names(_PCI)}
    found = tuple(address for address, physical in answers.items() if physical)
    return found if found or (answers and None not in answers.values()) else None


def _looks_physical(tree: Tree, directory: str) -> bool | None:
    """None where the files that tell were not captured; a function of another class, or of a vendor of virtual devices,
    needs no more than those."""
    code = reader.integer(tree, f"{directory}/class")
    vendor, device = (reader.integer(tree, f"{directory}/{name}") for name in ("vendor", "device"))
    if code is not None and code >> 16 not in _CLASSES:
        return False
    if vendor in _VIRTUAL or (vendor is not None and device in _EMULATED.get(vendor, set())):
        return False
    subsystem = _subsystem_vendor(tree, directory)
    if code is None or vendor is None or device is None or not subsystem:
        return None
    return subsystem not in _VIRTUAL


def _subsystem_vendor(tree: Tree, directory: str) -> int | None:
    """From its file, from "sv" of modalias, or from bytes 2Ch and 2Dh of configuration space (type 0 header)."""
    told = reader.integer(tree, f"{directory}/subsystem_vendor")
    if told is not None:
        return told
    alias = _ALIAS.match(tree.text(f"{directory}/modalias") or "")
    config = tree.read(f"{directory}/config") or b""
    return (int(alias.group(1), 16) if alias else int.from_bytes(config[0x2C:0x2E], "little")) or None
