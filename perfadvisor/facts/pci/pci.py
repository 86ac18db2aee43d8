"""PCI functions: what they are, who drives them, where they sit, their virtual functions, vectors and errors."""

from collections.abc import Callable, Iterator, Mapping

from perfadvisor.facts.pci import classes as pci_class
from perfadvisor.facts.pci.address import DEVICES, functions
from perfadvisor.facts.reading.reader import fact, integer, integer_fact, number, text_fact
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature, SpecMaker
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

PATTERNS = tuple(
    f"{DEVICES}/*/{name}"
    for name in (
        "vendor",
        "device",
        "class",
        "numa_node",
        "local_cpulist",
        "irq",
        "driver",
        "physfn",
        "iommu_group",
        "sriov_totalvfs",
        "sriov_numvfs",
        "msi_irqs",
        "msi_irqs/*",
        "reset",
        "reset_method",
        "power_state",
        "power/runtime_status",
        "aer_dev_correctable",
        "aer_dev_nonfatal",
        "aer_dev_fatal",
    )
)


_pci = SpecMaker("pci", Nature.IDENTITY)


FUNCTION_COUNT = FactSpec(
    name="pci.function_count",
    type=int,
    unit=Unit.COUNT,
    meaning="PCI functions on this machine",
    nature=Nature.IDENTITY,
)
SRIOV_COUNT = FactSpec(
    name="pci.sriov_capable_count",
    type=int,
    unit=Unit.COUNT,
    meaning="functions that can have virtual functions",
    nature=Nature.IDENTITY,
)
VENDOR = _pci("vendor", str, "vendor id as the kernel writes it, 0x8086")
DEVICE = _pci("device_id", str, "device id as the kernel writes it, 0x10fb")
CLASS = _pci("class", str, "24-bit class code, 0x010802 for NVMe")
DESCRIPTION = _pci("description", str, "what lspci says the function is")
CLASS_NAME = _pci("class_name", str, "what the class code means")
DRIVER = _pci("driver", str, "kernel driver bound to the function", nature=Nature.SETTING)
NUMA_NODE = _pci("numa_node", int, "NUMA node the function is attached to", refers_to="node")
LOCAL_CPULIST = _pci("local_cpulist", str, "CPUs the kernel holds to be near the function")
IRQ = _pci("irq", int, "interrupt of the function when it has no vectors of its own", refers_to="irq")
TOTAL_VFS = _pci("sriov_total_vfs", int, "virtual functions the function can have", Unit.COUNT)
NUM_VFS = _pci("sriov_num_vfs", int, "virtual functions that are enabled", Unit.COUNT, nature=Nature.SETTING)
IS_VF = _pci("is_vf", bool, "whether it is a virtual function of another one")
PHYSICAL = _pci("physical_function", str, "the function a virtual function belongs to", refers_to="pci")
MSI_VECTORS = _pci("msi_vectors", int, "MSI and MSI-X vectors in use", Unit.COUNT)
GROUP = _pci("iommu_group", str, "IOMMU group the function is in", refers_to="iommu_group")
RUNTIME = _pci("runtime_status", str, "runtime power state: active, suspended, unsupported", nature=Nature.MEASURED)
POWER_STATE = _pci("power_state", str, "PCI power state, D0 when awake", nature=Nature.MEASURED)
VFIO = _pci(
    "vfio_bound",
    bool,
    "whether a VFIO driver holds the function, to give it to a guest or a user program",
    nature=Nature.SETTING,
)
HAS_RESET = _pci("has_reset", bool, "whether the function can be reset alone, as assigning it to a guest needs")
AER_CORRECTABLE = _pci(
    "aer_correctable",
    int,
    "correctable link errors since boot (often counted at the partner port)",
    Unit.COUNT,
    nature=Nature.MEASURED,
)
AER_NONFATAL = _pci(
    "aer_nonfatal", int, "uncorrectable, non-fatal errors since boot", Unit.COUNT, nature=Nature.MEASURED
)
AER_FATAL = _pci("aer_fatal", int, "fatal errors since boot", Unit.COUNT, nature=Nature.MEASURED)
KINDS = {
    pci_class.NETWORK: _pci("is_network", bool, "whether the class is network controller"),
    pci_class.STORAGE: _pci("is_storage", bool, "whether the class is storage controller"),
    pci_class.DISPLAY: _pci("is_display", bool, "whether the class is display controller"),
    pci_class.BRIDGE: _pci("is_bridge", bool, "whether the class is bridge"),
}
CATALOGUE = (
    FUNCTION_COUNT,
    SRIOV_COUNT,
    VENDOR,
    DEVICE,
    CLASS,
    DESCRIPTION,
    CLASS_NAME,
    DRIVER,
    NUMA_NODE,
    LOCAL_CPULIST,
    IRQ,
    TOTAL_VFS,
    NUM_VFS,
    IS_VF,
    PHYSICAL,
    MSI_VECTORS,
    GROUP,
    RUNTIME,
    POWER_STATE,
    VFIO,
    HAS_RESET,
    AER_CORRECTABLE,
    AER_NONFATAL,
    AER_FATAL,
    *KINDS.values(),
)

_TEXTS = (
    (VENDOR, "vendor"),
    (DEVICE, "device"),
    (CLASS, "class"),
    (LOCAL_CPULIST, "local_cpulist"),
    (RUNTIME, "power/runtime_status"),
    (POWER_STATE, "power_state"),
)
_AER = ((AER_CORRECTABLE, "aer_dev_correctable"), (AER_NONFATAL, "aer_dev_nonfatal"), (AER_FATAL, "aer_dev_fatal"))

Facts = Iterator[Fact | Absent]


def facts(tree: Tree) -> Facts:
    """The functions of the machine, then what each is."""
    found = functions(tree)
    if not tree.exists(DEVICES):
        yield FUNCTION_COUNT.absent(tree.why_unreadable(DEVICES), source=DEVICES)
        return
    yield FUNCTION_COUNT.fact(len(found), source=DEVICES)
    capable = sum((integer(tree, f"{path}/sriov_totalvfs") or 0) > 0 for path in found.values())
    yield SRIOV_COUNT.fact(capable, source=DEVICES)
    for address, path in found.items():
        for part in _PARTS:
            yield from part(tree, path, address)
    yield from _drivers(tree, found)
    yield from _virtual_functions(tree, found)
    yield from _resets(tree, found)


def _texts(tree: Tree, path: str, address: str) -> Facts:
    for spec, name in _TEXTS:
        yield text_fact(spec, tree, f"{path}/{name}", subject=address)


def _class(tree: Tree, path: str, address: str) -> Facts:
    source = f"{path}/class"
    code = number(tree.text(source))
    yield fact(CLASS_NAME, tree, source, None if code is None else pci_class.name(code), subject=address)
    for base, spec in KINDS.items():
        yield fact(spec, tree, source, None if code is None else pci_class.base(code) == base, subject=address)


def _drivers(tree: Tree, found: Mapping[str, str]) -> Facts:
    """A function without the link has no driver; where no function has one, the links may not have been kept."""
    drivers = {address: tree.link_name(f"{path}/driver") for address, path in found.items()}
    kept = any(drivers.values())
    for address, driver in drivers.items():
        source = f"{found[address]}/driver"
        why = "no driver is bound" if kept else "not captured: no function shows a driver"
        yield DRIVER.given(driver, source=source, subject=address, reason=why)
        known = "vfio" in (driver or "") if kept else None
        yield VFIO.given(known, source=source, subject=address, reason=why)


def _place(tree: Tree, path: str, address: str) -> Facts:
    yield numa_node(NUMA_NODE, tree, f"{path}/numa_node", address)
    source = f"{path}/irq"
    irq = integer(tree, source)
    if irq == 0:
        yield IRQ.absent("0: the function has no such interrupt", source=source, subject=address)
    else:
        yield fact(IRQ, tree, source, irq, subject=address)
    source = f"{path}/iommu_group"
    yield GROUP.given(tree.link_name(source), source=source, subject=address, reason="in no IOMMU group")


def numa_node(spec: FactSpec, tree: Tree, source: str, subject: str) -> Fact | Absent:
    """The node a device's `numa_node` names; -1 is the kernel's "not stated", an absence."""
    node = integer(tree, source)
    if node is not None and node < 0:
        return spec.absent(f"{node}: the firmware does not say", source=source, subject=subject)
    return fact(spec, tree, source, node, subject=subject)


def _sriov(tree: Tree, path: str, address: str) -> Facts:
    yield integer_fact(TOTAL_VFS, tree, f"{path}/sriov_totalvfs", subject=address)
    yield integer_fact(NUM_VFS, tree, f"{path}/sriov_numvfs", subject=address)


def _virtual_functions(tree: Tree, found: Mapping[str, str]) -> Facts:
    """A virtual function links to its physical one. Without that link it is none, if links were kept at all (any other
    one shows that), or if it has what a virtual function has not: ids in its configuration space, a link of its own."""
    kept = any(tree.link_name(f"{path}/{name}") for path in found.values() for name in ("driver", "iommu_group"))
    for address, path in found.items():
        source = f"{path}/physfn"
        physical = tree.link_name(source)
        is_none = kept or _has_ids(tree, path) or bool(integer(tree, f"{path}/current_link_width"))
        known = True if physical else False if is_none else None
        yield IS_VF.given(known, source=source, subject=address, reason="not captured: no function shows a link")
        why = "not a virtual function" if is_none else "not captured: no function shows a link"
        yield PHYSICAL.given(physical, source=source, subject=address, reason=why)


def _has_ids(tree: Tree, path: str) -> bool:
    """Vendor and device of a virtual function read as all ones (SR-IOV 3.4.1.1)."""
    return (tree.read(f"{path}/config") or b"\xff")[:4].strip(b"\xff") != b""


def _vectors(tree: Tree, path: str, address: str) -> Facts:
    source = f"{path}/msi_irqs"
    vectors = len(tree.names(source)) if tree.exists(source) else None
    yield MSI_VECTORS.given(vectors, source=source, subject=address, reason="no MSI or MSI-X vector in use")


def _resets(tree: Tree, found: Mapping[str, str]) -> Facts:
    """Whether there is a reset; where no function at all shows one, it may not have been read, and nothing follows."""
    names = ("reset_method", "reset")
    shown = {address: next((n for n in names if tree.exists(f"{path}/{n}")), "") for address, path in found.items()}
    captured = any(shown.values())
    for address, name in shown.items():
        source = f"{found[address]}/{name or names[0]}"
        known = bool(name) if captured else None
        yield HAS_RESET.given(known, source=source, subject=address, reason="no function of this machine shows one")


def _errors(tree: Tree, path: str, address: str) -> Facts:
    for spec, name in _AER:
        source = f"{path}/{name}"
        yield fact(spec, tree, source, total_errors(tree.text(source)), subject=address)


def total_errors(text: str | None) -> int | None:
    """The TOTAL_ERR_* line of an aer_dev_* file (Documentation/ABI/testing/sysfs-bus-pci-devices-aer_stats)."""
    for line in (text or "").splitlines():
        name, _, count = line.partition(" ")
        if name.startswith("TOTAL_ERR"):
            return number(count)
    return None


_PARTS: tuple[Callable[[Tree, str, str], Facts], ...] = (
    _texts,
    _class,
    _place,
    _sriov,
    _vectors,
    _errors,
)
