"""Which hypervisor this machine runs on, from what firmware, CPU, clocks and buses give away."""

from collections.abc import Callable
from dataclasses import dataclass

from perfadvisor.facts.cpu import cpuinfo
from perfadvisor.model.tree import Tree

NONE = "none"
OTHER = "other"  # a hypervisor is announced, and nothing names it

_DMI = "/sys/class/dmi/id"
_DMI_FILES = ("sys_vendor", "product_name", "product_version", "bios_vendor", "board_vendor", "chassis_vendor")
_XEN_TYPE = "/sys/hypervisor/type"
_XEN_CAPABILITIES = "/proc/xen/capabilities"
_SYSINFO = "/proc/sysinfo"
_CLOCKS = "/sys/devices/system/clocksource/clocksource0/available_clocksource"
_DEVICE_TREE = "/proc/device-tree/hypervisor/compatible"
_PCI = "/sys/bus/pci/devices"
_PCI_TABLE = "/proc/bus/pci/devices"

PATTERNS: tuple[str, ...] = (
    *(f"{_DMI}/{file}" for file in _DMI_FILES),
    *(_XEN_TYPE, _XEN_CAPABILITIES, _SYSINFO, _CLOCKS, _DEVICE_TREE, cpuinfo.PATH),
    f"{_PCI}/*/vendor",
    _PCI_TABLE,
)

# Words of the firmware's tables that no physical machine has.
_DMI_HYPERVISORS = {
    "VMware": "vmware",
    "VirtualBox": "virtualbox",
    "innotek GmbH": "virtualbox",
    "HVM domU": "xen",
    "Xen": "xen",
    "KVM": "kvm",
    "OpenStack": "kvm",
    "oVirt": "kvm",
    "RHEV": "kvm",
    "AHV": "kvm",
    "Firecracker": "kvm",
    "QEMU": "qemu",
    "Bochs": "qemu",
    "BHYVE": "bhyve",
    "Parallels": "parallels",
    "Apple Virtualization": "apple",
}
# Providers that also rent out whole machines: their name counts only where the CPU does not deny a hypervisor.
_DMI_PROVIDERS = {
    "Amazon EC2": "kvm",
    "Google Compute Engine": "kvm",
    "Alibaba Cloud": "kvm",
    "DigitalOcean": "kvm",
    "Hetzner": "kvm",
}
_CLOCK_HYPERVISORS = {"kvm-clock": "kvm", "hyperv_clocksource": "hyperv", "xen": "xen"}
_DEVICE_TREE_HYPERVISORS = {"linux,kvm": "kvm", "xen,xen": "xen", "vmware": "vmware"}
_PCI_HYPERVISORS = {"15ad": "vmware", "80ee": "virtualbox", "5853": "xen"}
# Vendors of adapters that only guests have: Google's, Microsoft's, QEMU's. They count where nothing else tells.
# Amazon's and Alibaba's also lie in machines that they rent out whole; virtio can be hardware of a smart adapter.
_PCI_CLOUDS = {"1ae0": "kvm", "1414": "hyperv", "1b36": "qemu"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A hypervisor's name, or "none", and its source."""

    name: str
    source: str


def find(tree: Tree) -> Seen | None:
    """The hypervisor, "none" for a physical machine, or None where nothing tells."""
    return next((seen for look in _LOOKS if (seen := look(tree))), None)


def is_privileged_domain(tree: Tree) -> bool:
    """Whether this is the Xen domain that owns the hardware: it runs on a hypervisor, yet as on bare metal."""
    return "control_d" in (tree.text(_XEN_CAPABILITIES) or "")


def _xen(tree: Tree) -> Seen | None:
    return Seen(name="xen", source=_XEN_TYPE) if tree.text(_XEN_TYPE) == "xen" else None


def _firmware(tree: Tree) -> Seen | None:
    named = _first_word(tree, _DMI_HYPERVISORS)
    if named and named.name == "qemu" and "kvm-clock" in (tree.text(_CLOCKS) or ""):
        return Seen(name="kvm", source=_CLOCKS)  # QEMU's tables, but KVM runs the CPUs
    if named:
        return named
    if (tree.text(f"{_DMI}/sys_vendor") or "").startswith("Microsoft") and "Virtual" in _product(tree):
        return Seen(name="hyperv", source=f"{_DMI}/product_name")
    return None if cpuinfo.read(tree).hypervisor is False else _first_word(tree, _DMI_PROVIDERS)


def _first_word(tree: Tree, names: dict[str, str]) -> Seen | None:
    texts = [(f"{_DMI}/{file}", tree.text(f"{_DMI}/{file}") or "") for file in _DMI_FILES]
    found = (Seen(name=name, source=path) for word, name in names.items() for path, text in texts if word in text)
    return next(found, None)


def _product(tree: Tree) -> str:
    return tree.text(f"{_DMI}/product_name") or ""


def _s390(tree: Tree) -> Seen | None:
    """A "VM00 Control Program" line names the hypervisor; a bare logical partition has none (s390-tools, sysinfo)."""
    lines = (tree.text(_SYSINFO) or "").splitlines()
    program = next((line for line in lines if line.startswith("VM00 Control Program")), None)
    if program:
        return Seen(name="kvm" if "KVM" in program else "zvm", source=_SYSINFO)
    return Seen(name=NONE, source=_SYSINFO) if any(line.startswith("LPAR Number") for line in lines) else None


def _clocks(tree: Tree) -> Seen | None:
    return _word_in(tree, _CLOCKS, _CLOCK_HYPERVISORS)


def _device_tree(tree: Tree) -> Seen | None:
    return _word_in(tree, _DEVICE_TREE, _DEVICE_TREE_HYPERVISORS)


def _word_in(tree: Tree, source: str, names: dict[str, str]) -> Seen | None:
    text = tree.text(source) or ""
    return next((Seen(name=name, source=source) for word, name in names.items() if word in text), None)


def _emulation(tree: Tree) -> Seen | None:
    """ppc machines that QEMU makes state it in their machine line."""
    text = tree.text(cpuinfo.PATH) or ""
    return Seen(name="qemu", source=cpuinfo.PATH) if "emulated by qemu" in text else None


def _pci(tree: Tree) -> Seen | None:
    return _vendor(tree, _PCI_HYPERVISORS)


def _cloud(tree: Tree) -> Seen | None:
    return _vendor(tree, _PCI_CLOUDS)


def _vendor(tree: Tree, names: dict[str, str]) -> Seen | None:
    """By vendor, from sysfs or the table "BUSDEVFN VENDORDEVICE IRQ ..." that old kernels have."""
    files = [f"{_PCI}/{name}/vendor" for name in tree.names(_PCI)]
    vendors = [((tree.text(path) or "").removeprefix("0x"), path) for path in files]
    rows = [line.split()[1:2] for line in (tree.text(_PCI_TABLE) or "").splitlines()]
    vendors += [(row[0][:4], _PCI_TABLE) for row in rows if row and len(row[0]) == len("15ad07a0")]
    found = ((names.get(vendor), path) for vendor, path in vendors)
    return next((Seen(name=name, source=path) for name, path in found if name), None)


def _flag(tree: Tree) -> Seen | None:
    flag = cpuinfo.read(tree).hypervisor
    return None if flag is None else Seen(name=OTHER if flag else NONE, source=cpuinfo.PATH)


def _physical(tree: Tree) -> Seen | None:
    """A machine with firmware tables that name a product, none of the above: someone built it."""
    return Seen(name=NONE, source=f"{_DMI}/product_name") if _product(tree) else None


_LOOKS: tuple[Callable[[Tree], Seen | None], ...] = (
    *(_xen, _firmware, _s390, _clocks, _device_tree, _emulation, _pci, _flag, _physical, _cloud),
)
