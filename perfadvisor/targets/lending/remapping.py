"""Whether VFIO would refuse every device here because interrupts are not remapped."""

from pathlib import Path

from perfadvisor.facts.pci import iommu
from perfadvisor.model.fact import FactTable
from perfadvisor.targets.here.capture import capture
from perfadvisor.targets.lending.pci_group import ROOT


def is_refused_without_remapping(root: Path = ROOT) -> bool:
    """Without remapping a device can raise any interrupt of the host, so VFIO's type 1 IOMMU refuses its group unless
    `allow_unsafe_interrupts` is set (vfio_iommu_type1.c, vfio_iommu_type1_attach_group). Unknown refuses nothing."""
    facts = FactTable(iommu.facts(capture(iommu.PATTERNS, root=str(root))))
    off = facts.value(iommu.REMAPPING.name) is False
    return off and not facts.value(iommu.UNSAFE.name)
