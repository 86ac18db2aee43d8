"""Lists of IOMMU groups in the forms in which scripts print them."""

import pytest

from perfadvisor.facts.text.pcie.iommu_groups import facts
from perfadvisor.model.fact import Fact

VGA = "02:00.0 VGA compatible controller [0300]: Example Graphics [10de:1c81] (rev a1)"
SOUND = "02:00.1 Audio device [0403]: Example Audio [10de:0fb9] (rev a1)"
HOST = "ff:00.0 Host bridge [0600]: Example Registers [8086:2c70] (rev 02)"


def values(text: str) -> dict[tuple[str, str], object]:
    return {(fact.name, fact.subject): fact.value for fact in facts(text.encode()) if isinstance(fact, Fact)}


@pytest.mark.parametrize(
    "text",
    [
        f"IOMMU Group 11:\n\t{VGA}\n\t{SOUND}\nIOMMU Group 12:\n\t{HOST}\n",
        f"IOMMU Group 11 {VGA}\nIOMMU Group 11 {SOUND}\nIOMMU Group 12 {HOST}\n",
        f"IOMMU group 11: {VGA}\nIOMMU group 11: {SOUND}\nIOMMU group 12: {HOST}\n",
        f"IOMMU Group 11:\n[RESET]\t{VGA}\n\t{SOUND}\nIOMMU Group 12:\n\t{HOST}\n",
    ],
)
def test_each_form_gives_the_same(text: str) -> None:
    found = values(text)
    assert found["pci.group_companions", "0000:02:00.0"] == "0000:02:00.1"
    assert found["pci.iommu_group", "0000:ff:00.0"] == "12"
    assert found["iommu_group.member_count", "11"] == 2


def test_the_last_group_may_go_on() -> None:
    found = values(f"IOMMU Group 11:\n\t{VGA}\n")
    assert ("pci.group_companions", "0000:02:00.0") not in found
    assert ("iommu_group.member_count", "11") not in found


def test_bridges_are_no_companions() -> None:
    found = values(f"IOMMU Group 11:\n\t{VGA}\n\t{HOST}\nIOMMU Group 12:\n\t{SOUND}\n")
    assert found["pci.group_companions", "0000:02:00.0"] == ""


@pytest.mark.parametrize("text", ["", "IOMMU Group 11:\n", "IOMMU Group x:\n\t00:00.0 a\n"])
def test_nothing_is_read_from_nothing(text: str) -> None:
    assert values(text) == {}
