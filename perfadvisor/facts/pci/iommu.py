"""The IOMMU: whether there is one, its groups and their kind of translation, interrupt remapping, VFIO's options."""

from collections import Counter
from collections.abc import Iterator

from perfadvisor.facts.pci.address import functions
from perfadvisor.facts.reading import interrupts
from perfadvisor.facts.reading.reader import boolean_fact, text_fact
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

UNITS = "/sys/class/iommu"
GROUPS = "/sys/kernel/iommu_groups"
_UNSAFE = "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
_NOIOMMU = "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"
PATTERNS = (
    UNITS,
    f"{UNITS}/*",
    GROUPS,
    f"{GROUPS}/*/type",
    f"{GROUPS}/*/devices/*",
    _UNSAFE,
    _NOIOMMU,
    interrupts.SOURCE,
    "/sys/bus/pci/devices/*/driver",
)

PRESENT = FactSpec(name="iommu.present", type=bool, meaning="whether an IOMMU is in use", nature=Nature.IDENTITY)
UNIT_COUNT = FactSpec(
    name="iommu.unit_count", type=int, unit=Unit.COUNT, meaning="IOMMU units the kernel drives", nature=Nature.IDENTITY
)
GROUP_COUNT = FactSpec(
    name="iommu.group_count", type=int, unit=Unit.COUNT, meaning="IOMMU groups", nature=Nature.IDENTITY
)
REMAPPING = FactSpec(
    name="iommu.interrupt_remapping",
    type=bool,
    meaning="whether device interrupts go through the IOMMU (x86)",
    nature=Nature.SETTING,
)
DEFAULT = FactSpec(
    name="iommu.default_domain", type=str, meaning="the domain type most groups have", nature=Nature.SETTING
)
UNSAFE = FactSpec(
    name="vfio.unsafe_interrupts",
    type=bool,
    meaning="whether VFIO assigns devices without interrupt remapping",
    nature=Nature.SETTING,
)
NOIOMMU = FactSpec(
    name="vfio.noiommu", type=bool, meaning="whether VFIO may work without any IOMMU", nature=Nature.SETTING
)
BOUND = FactSpec(
    name="vfio.bound_count",
    type=int,
    unit=Unit.COUNT,
    meaning="functions held by a VFIO driver",
    nature=Nature.MEASURED,
)
TYPE = FactSpec(
    name="iommu_group.type",
    type=str,
    subject="iommu_group",
    meaning="translation of the kernel's own DMA: DMA (strict), DMA-FQ (lazy), identity (none), blocked",
    nature=Nature.SETTING,
)
MEMBER_COUNT = FactSpec(
    name="iommu_group.member_count",
    type=int,
    unit=Unit.COUNT,
    subject="iommu_group",
    meaning="devices in the group",
    nature=Nature.IDENTITY,
)
MEMBERS = FactSpec(
    name="iommu_group.members",
    type=str,
    subject="iommu_group",
    meaning="the devices, comma separated",
    nature=Nature.IDENTITY,
)
CATALOGUE = (
    PRESENT,
    UNIT_COUNT,
    GROUP_COUNT,
    REMAPPING,
    DEFAULT,
    UNSAFE,
    NOIOMMU,
    BOUND,
    TYPE,
    MEMBER_COUNT,
    MEMBERS,
)

Facts = Iterator[Fact | Absent]


def facts(tree: Tree) -> Facts:
    """The whole machine, then group by group."""
    groups = [name for name in tree.names(GROUPS) if name.isdecimal()]
    yield from _presence(tree, groups)
    yield _remapping(tree)
    yield from _vfio(tree)
    for group in sorted(groups, key=lambda name: (len(name), name)):
        yield from tree.part(_group, group)


def _presence(tree: Tree, groups: list[str]) -> Facts:
    units = tree.names(UNITS)
    read = [path for path in (UNITS, GROUPS) if tree.exists(path)]
    known = bool(units or groups) if read else None
    yield PRESENT.given(known, source=(read or [GROUPS])[0], reason=tree.why_unreadable(GROUPS))
    for spec, path, names in ((UNIT_COUNT, UNITS, units), (GROUP_COUNT, GROUPS, groups)):
        count = len(names) if tree.exists(path) else None
        yield spec.given(count, source=path, reason=tree.why_unreadable(path))
    types = Counter(text for group in groups if (text := tree.text(f"{GROUPS}/{group}/type")))
    commonest = types.most_common(1)[0][0] if types else None
    yield DEFAULT.given(commonest, source=f"{GROUPS}/*/type", reason="no group tells its type")


def _remapping(tree: Tree) -> Fact | Absent:
    """Chips of remapped interrupts are called IR-IO-APIC, IR-PCI-MSI and so on (drivers/iommu/*/irq_remapping.c)."""
    source = interrupts.SOURCE
    table = interrupts.parse(tree.read(source) or b"")
    chips = {row.chip for row in table.rows.values() if row.chip} if table else set()
    if any(chip.startswith("IR-") for chip in chips):
        return REMAPPING.fact(True, source=source)
    if any(chip.startswith(("IO-APIC", "PCI-MSI")) for chip in chips):
        return REMAPPING.fact(False, source=source)
    return REMAPPING.absent("no interrupt controller that shows it", source=source)


def _vfio(tree: Tree) -> Facts:
    yield boolean_fact(UNSAFE, tree, _UNSAFE)
    yield boolean_fact(NOIOMMU, tree, _NOIOMMU)
    found = functions(tree)
    bound = sum("vfio" in (tree.link_name(f"{path}/driver") or "") for path in found.values())
    yield BOUND.given(
        bound if found else None, source="/sys/bus/pci/devices/*/driver", reason="no PCI function was read"
    )


def _group(tree: Tree, group: str) -> Facts:
    path = f"{GROUPS}/{group}"
    yield text_fact(TYPE, tree, f"{path}/type", subject=group)
    members = tree.names(f"{path}/devices")
    yield MEMBER_COUNT.fact(len(members), source=f"{path}/devices", subject=group)
    yield MEMBERS.given(",".join(members) or None, source=f"{path}/devices", subject=group, reason="no device in it")
