"""Why a function could not be given to a guest, in the words of QEMU and the kernel, old and new."""

import pytest

from perfadvisor.facts.machine import assigning as reasons
from perfadvisor.facts.text.kernel import assigning, log
from perfadvisor.model.fact import FactTable

QEMU = "qemu-system-x86_64: -device vfio-pci,host=03:00.1,bus=rp1: "
HERE = "0000:03:00.1"


@pytest.mark.parametrize(
    ("line", "subject", "reason", "group"),
    [
        (f"{QEMU}vfio {HERE}: group 14 is not viable", HERE, reasons.NOT_VIABLE, "14"),
        (f"{QEMU}vfio error: {HERE}: group 14 is not viable", HERE, reasons.NOT_VIABLE, "14"),
        (f"{QEMU}vfio: error, group 14 is not viable, please ensure all", HERE, reasons.NOT_VIABLE, "14"),
        ("vfio: error, group 14 is not viable, please ensure all", "group 14", reasons.NOT_VIABLE, "14"),
        (f"{QEMU}vfio {HERE}: failed to open /dev/vfio/14: Device or resource busy", HERE, reasons.BUSY, "14"),
        (f"{QEMU}vfio {HERE}: Could not open '/dev/vfio/14': Permission denied", HERE, reasons.DENIED, "14"),
        (f"{QEMU}vfio {HERE}: no iommu_group found: No such file or directory", HERE, reasons.NO_GROUP, None),
        (f"{QEMU}VFIO_MAP_DMA failed: Cannot allocate memory", HERE, reasons.LOCKED_MEMORY, None),
        ("[ 91.0] vfio-pci 0000:03:00.1: BAR 3: can't reserve [mem 0x50000000-0x51ffffff]", HERE, reasons.REGION, None),
        (
            f"[ 9.0] vfio-pci {HERE}: Device is ineligible for IOMMU domain attach due to platform RMRR requirement",
            HERE,
            reasons.RESERVED_MEMORY,
            None,
        ),
        (
            "[ 91.0] NVRM: Attempting to remove device 0000:03:00.1 with non-zero usage count!",
            HERE,
            reasons.HELD,
            None,
        ),
        (
            "[ 91.0] vfio_iommu_type1_attach_group: No interrupt remapping support.",
            assigning.UNNAMED,
            reasons.REMAPPING,
            None,
        ),
    ],
)
def test_each_wording_names_reason_function_and_group(line: str, subject: str, reason: str, group: str | None) -> None:
    for reader in (assigning.facts, log.facts):
        found = FactTable(reader(f"before\n{line}\nafter\n".encode()))
        assert found.value("assignment.refused", subject) == reason
        assert found.value("assignment.iommu_group", subject) == group
        assert found.value("assignment.pci_address", subject) == (subject if subject == HERE else None)


def test_the_first_reason_counts_and_what_follows_from_it_does_not() -> None:
    lines = (
        f"{QEMU}vfio: error opening /dev/vfio/21: Device or resource busy",
        f"{QEMU}vfio: error, group 21 is not viable, please ensure",
    )
    found = FactTable(assigning.facts("\n".join(lines).encode()))
    assert found.value("assignment.refused", HERE) == reasons.BUSY


@pytest.mark.parametrize(
    "line", [f"{QEMU}vfio {HERE}: warning: no reset", "[ 1.0] vfio-pci 0000:03:00.1: enabling device"]
)
def test_other_lines_of_vfio_refuse_nothing(line: str) -> None:
    assert not list(assigning.facts(line.encode()))
