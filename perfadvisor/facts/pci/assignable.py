"""What a new owner of a PCI function asks for: its interrupt vectors, its memory windows, how it can be reset."""

from collections.abc import Iterator

from perfadvisor.facts.pci.address import DEVICES, functions
from perfadvisor.facts.pci.config import NEEDS_ROOT, NOT_EXPRESS, read
from perfadvisor.facts.pci.config_space import ConfigSpace
from perfadvisor.facts.reading.reader import number, text_fact
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

PATTERNS = tuple(f"{DEVICES}/*/{name}" for name in ("config", "resource", "reset", "reset_method"))

VECTORS = FactSpec(
    name="pci.msix_table_size",
    type=int,
    unit=Unit.COUNT,
    subject="pci",
    nature=Nature.IDENTITY,
    meaning="MSI-X vectors the function offers, 0 where it offers none",
)
BARS = FactSpec(
    name="pci.bars",
    type=str,
    subject="pci",
    nature=Nature.IDENTITY,
    meaning="base address registers and their sizes in bytes, 0:16384,4:65536, or none",
)
RESETS = FactSpec(
    name="pci.reset_methods",
    type=str,
    subject="pci",
    nature=Nature.SETTING,
    meaning="how the kernel would reset the function, in its order: flr, af_flr, pm, bus, device_specific",
)
EXPRESS_TYPE = FactSpec(
    name="pci.express_type",
    type=str,
    subject="pci",
    nature=Nature.IDENTITY,
    meaning="what the function is in PCI Express: endpoint, root port, upstream port, downstream port, ...",
)
CATALOGUE = (VECTORS, BARS, RESETS, EXPRESS_TYPE)

# Device/port types of the PCI Express Capabilities register (include/uapi/linux/pci_regs.h, PCI_EXP_TYPE_*).
EXPRESS_TYPES = {
    0x0: "endpoint", 0x1: "legacy endpoint", 0x4: "root port", 0x5: "upstream port", 0x6: "downstream port",
    0x7: "PCIe to PCI bridge", 0x8: "PCI to PCIe bridge", 0x9: "integrated endpoint", 0xA: "event collector",
}  # fmt: skip

_REGISTERS = 6  # PCI_STD_NUM_BARS; the expansion ROM and the windows of virtual functions and bridges follow
_WHICH_METHOD = "Linux before 5.15 does not say which"


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Of each function."""
    spaces = read(tree)
    for address, path in functions(tree).items():
        yield _vectors(tree, path, address, spaces[address])
        source = f"{path}/resource"
        yield BARS.given(_bars(tree.text(source)), source=source, subject=address, reason=_why(tree, source))
        yield _resets(tree, path, address)
        yield express_type(spaces[address], f"{path}/config", address)


def _vectors(tree: Tree, path: str, address: str, space: ConfigSpace | None) -> Fact | Absent:
    source = f"{path}/config"
    if space is None or not space.whole:
        why = NEEDS_ROOT if space else tree.why_unreadable(source)
        return VECTORS.absent(why, source=source, subject=address)
    return VECTORS.fact(space.msix_vectors or 0, source=source, subject=address)


def express_type(space: ConfigSpace | None, source: str, address: str) -> Fact | Absent:
    """From its configuration space, where that was read."""
    whole = space is not None and space.whole
    express = space.express if space else None
    kind = EXPRESS_TYPES.get(express.port_type) if express else None
    return EXPRESS_TYPE.given(kind, source=source, subject=address, reason=NOT_EXPRESS if whole else NEEDS_ROOT)


def _bars(text: str | None) -> str | None:
    """A line per register: first and last address, flags (pci-sysfs.c, resource_show); zeros where it is not used."""
    rows = [line.split() for line in (text or "").splitlines()[:_REGISTERS]]
    numbers = [tuple(map(number, row)) for row in rows if len(row) == 3]
    if len(numbers) < _REGISTERS:
        return None
    sizes = [
        (place, last - first + 1)
        for place, (first, last, flags) in enumerate(numbers)
        if first is not None and last is not None and flags and last >= first
    ]
    return ",".join(f"{place}:{size}" for place, size in sizes) or "none"


def _why(tree: Tree, source: str) -> str:
    return "not the lines of a resource file" if tree.text(source) is not None else tree.why_unreadable(source)


def _resets(tree: Tree, path: str, address: str) -> Fact | Absent:
    source = f"{path}/reset_method"
    if not tree.exists(source) and tree.exists(f"{path}/reset"):
        return RESETS.absent(_WHICH_METHOD, source=source, subject=address)
    return text_fact(RESETS, tree, source, subject=address)
