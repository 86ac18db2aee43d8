"""IOMMU presence, groups, interrupt remapping and VFIO's options."""

import pytest

from perfadvisor.facts.pci import iommu
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Directory, Entry, Symlink, Tree

GROUPS = "/sys/kernel/iommu_groups"
SERVER: dict[str, Entry] = {
    "/sys/class/iommu/dmar0": Symlink("../../devices/virtual/iommu/dmar0"),
    "/sys/class/iommu/dmar1": Symlink("../../devices/virtual/iommu/dmar1"),
    f"{GROUPS}/1/type": b"DMA-FQ\n",
    f"{GROUPS}/1/devices/0000:01:00.0": Symlink("../../../../devices/pci0000:00/0000:01:00.0"),
    f"{GROUPS}/1/devices/0000:01:00.1": Symlink("../../../../devices/pci0000:00/0000:01:00.1"),
    f"{GROUPS}/2/type": b"identity\n",
    f"{GROUPS}/10/type": b"DMA-FQ\n",
    "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts": b"Y\n",
    "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode": b"N\n",
    "/proc/interrupts": b"CPU0\n 24: 0 IR-PCI-MSI 1-edge nvme0q0\n",
}


def table(entries: dict[str, Entry]) -> FactTable:
    return FactTable(iommu.facts(Tree(entries)))


@pytest.mark.parametrize(
    ("name", "subject", "value"),
    [
        ("iommu.present", "", True),
        ("iommu.unit_count", "", 2),
        ("iommu.group_count", "", 3),
        ("iommu.default_domain", "", "DMA-FQ"),
        ("iommu.interrupt_remapping", "", True),
        ("vfio.unsafe_interrupts", "", True),
        ("vfio.noiommu", "", False),
        ("iommu_group.type", "2", "identity"),
        ("iommu_group.member_count", "1", 2),
        ("iommu_group.members", "1", "0000:01:00.0,0000:01:00.1"),
    ],
)
def test_facts(name: str, subject: str, value: object) -> None:
    assert table(SERVER).value(name, subject) == value


def test_empty_directories_mean_that_there_is_none() -> None:
    none = table({"/sys/class/iommu": Directory(), GROUPS: Directory()})
    assert none.value("iommu.present") is False
    assert none.value("iommu.group_count") == 0


def test_a_tree_without_the_directories_does_not_tell() -> None:
    assert table({}).value("iommu.present") is None


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b"24: 0 PCI-MSI 1-edge nvme0q0", False),
        (b"24: 0 PCI-MSIX-0000:01:00.0 1-edge nvme0q0", False),
        (b"2: 0 IR-IO-APIC 2-edge timer", True),
        (b"24: 0 ITS-MSI 1 Edge nvme0q0", None),
        (b"LOC: 5 Local timer interrupts", None),
    ],
)
def test_interrupt_remapping(line: bytes, value: bool | None) -> None:
    assert table({"/proc/interrupts": b"CPU0\n" + line}).value("iommu.interrupt_remapping") is value
