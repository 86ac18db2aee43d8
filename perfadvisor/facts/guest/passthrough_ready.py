"""What this host could give to guests: functions nothing uses, and interrupts that go straight to a running guest."""

from collections.abc import Iterator

from perfadvisor.facts.guest import guest
from perfadvisor.facts.guest.spec import BY_NAME
from perfadvisor.facts.pci import address as pci_address
from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec
from perfadvisor.model.tree import Tree

_IOMMU = "/sys/class/iommu"
_GROUPS = "/sys/kernel/iommu_groups"
PATTERNS: tuple[str, ...] = (
    f"{_IOMMU}/*/intel-iommu/cap",
    f"{_IOMMU}/*/amd-iommu/features",
    f"{pci_address.DEVICES}/*/class",
    f"{pci_address.DEVICES}/*/driver",
    f"{pci_address.DEVICES}/*/iommu_group",
    f"{_GROUPS}/*/devices/*",
)
# The specs stand in the guests' catalogue.
CATALOGUE: tuple[FactSpec, ...] = ()

_INTEL_POSTING = 59  # CAP_REG.PI (drivers/iommu/intel/iommu.h, cap_pi_support)
_AMD_VAPIC = 21  # FEATURE_GAM_VAPIC (drivers/iommu/amd/amd_iommu_types.h)
_DATA_CLASSES = (0x01, 0x02)  # storage, network
_NOT_READ = "no IOMMU's capabilities were read"


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Both facts of this host."""
    units = [value for name in tree.names(_IOMMU) if (value := _can_post(tree, f"{_IOMMU}/{name}")) is not None]
    capable = all(units) if units else None
    yield BY_NAME["passthrough.posting_capable"].given(capable, source=_IOMMU, reason=_NOT_READ)
    groups = tree.names(_GROUPS)
    free = len(list(_free(tree))) if groups else None
    yield BY_NAME["passthrough.free_candidates"].given(free, source=_GROUPS, reason="there are no IOMMU groups")


def _can_post(tree: Tree, unit: str) -> bool | None:
    for file, bit in ((f"{unit}/intel-iommu/cap", _INTEL_POSTING), (f"{unit}/amd-iommu/features", _AMD_VAPIC)):
        text = tree.text(file)
        value = reader.number(f"0x{text.removeprefix('0x').split(':')[0]}") if text else None
        if value is not None:
            return bool(value >> bit & 1)
    return None


def _free(tree: Tree) -> Iterator[str]:
    """Storage and network functions alone in their group, with no driver or kept for VFIO, that no guest has."""
    taken = {device.address for one, _ in guest.guests(tree) for device in one.assigned}
    for address in pci_address.functions(tree):
        directory = f"{pci_address.DEVICES}/{address}"
        code, group = reader.integer(tree, f"{directory}/class"), tree.link_name(f"{directory}/iommu_group")
        driver = tree.link_name(f"{directory}/driver")
        if code is None or code >> 16 not in _DATA_CLASSES or driver not in (None, "vfio-pci") or address in taken:
            continue
        if group and tree.names(f"{_GROUPS}/{group}/devices") == (address,):
            yield address
