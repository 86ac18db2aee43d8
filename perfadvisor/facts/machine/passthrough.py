"""PCI functions of a virtual machine that look like hardware given to it, not like devices the hypervisor made up."""

from collections.abc import Iterator

from perfadvisor.facts.reading import reader
from perfadvisor.model.tree import Tree

_PCI = "/sys/bus/pci/devices"
PATTERNS: tuple[str, ...] = tuple(f"{_PCI}/*/{file}" for file in ("vendor", "device", "class", "subsystem_vendor"))

# Storage, network, display, processing accelerator (PCI Code and ID Assignment Specification, base classes).
_CLASSES = {0x01, 0x02, 0x03, 0x12}

# Vendors of devices that exist in software only, or that cannot be told from such (pci.ids): virtio, QEMU, Bochs,
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


def assigned(tree: Tree) -> Iterator[str]:
    """Addresses of the functions that look physical. Where the subsystem vendor is unknown the answer is no."""
    for address in tree.names(_PCI):
        if _looks_physical(tree, f"{_PCI}/{address}"):
            yield address


def _looks_physical(tree: Tree, directory: str) -> bool:
    code = reader.integer(tree, f"{directory}/class")
    vendor, device = (reader.integer(tree, f"{directory}/{name}") for name in ("vendor", "device"))
    subsystem = _subsystem_vendor(tree, directory)
    if code is None or vendor is None or device is None or not subsystem:
        return False
    if code >> 16 not in _CLASSES or {vendor, subsystem} & _VIRTUAL:
        return False
    return device not in _EMULATED.get(vendor, set())


def _subsystem_vendor(tree: Tree, directory: str) -> int | None:
    """From its file, or from bytes 2Ch and 2Dh of configuration space (type 0 header)."""
    config = tree.read(f"{directory}/config") or b""
    told = reader.integer(tree, f"{directory}/subsystem_vendor")
    return told if told is not None else int.from_bytes(config[0x2C:0x2E], "little") or None
