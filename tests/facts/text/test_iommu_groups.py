"""Lists of IOMMU groups in the forms in which scripts print them."""

import pytest

from perfadvisor.evidence.bundle import read
from perfadvisor.facts.text.pcie.iommu_groups import facts
from perfadvisor.model.fact import Fact

VGA = "02:00.0 VGA compatible controller [0300]: Example Graphics [10de:1c81] (rev a1)"
SOUND = "02:00.1 Audio device [0403]: Example Audio [10de:0fb9] (rev a1)"
BRIDGE = "00:01.0 PCI bridge [0604]: Example Controller [8086:1901] (rev 07)"
HOST = "ff:00.0 Host bridge [0600]: Example Registers [8086:2c70] (rev 02)"


def values(text: str) -> dict[tuple[str, str], object]:
    return {(fact.name, fact.subject): fact.value for fact in facts(text.encode()) if isinstance(fact, Fact)}


@pytest.mark.parametrize(
    "text",
    [
        f"IOMMU Group 11:\n\t{VGA}\n\t{SOUND}\nIOMMU Group 12:\n\t{HOST}\n",
        f"IOMMU Group 10 {BRIDGE}\nIOMMU Group 11 {VGA}\nIOMMU Group 11 {SOUND}\nIOMMU Group 12 {HOST}\n",
        f"IOMMU group 10: {BRIDGE}\nIOMMU group 11: {VGA}\nIOMMU group 11: {SOUND}\nIOMMU group 12: {HOST}\n",
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


LINK = "/sys/kernel/iommu_groups/{}/devices/0000:{}\n"


@pytest.mark.parametrize(
    "text",
    [
        f"IOMMU Group 11 {SOUND}\nIOMMU Group 12 {HOST}\nIOMMU Group 13 {BRIDGE}\n",
        LINK.format(11, "02:00.1") + LINK.format(12, "ff:00.0") + LINK.format(13, "00:01.0"),
    ],
)
def test_the_first_group_may_have_begun_before_a_list_that_names_the_group_on_each_line(text: str) -> None:
    found = values(text)
    assert ("iommu_group.member_count", "11") not in found and found["iommu_group.member_count", "12"] == 1
    assert ("pci.group_companions", "0000:02:00.1") not in found


def test_bridges_are_no_companions() -> None:
    found = values(f"IOMMU Group 11:\n\t{VGA}\n\t{HOST}\nIOMMU Group 12:\n\t{SOUND}\n")
    assert found["pci.group_companions", "0000:02:00.0"] == ""


@pytest.mark.parametrize("text", ["", "IOMMU Group 11:\n", "IOMMU Group x:\n\t00:00.0 a\n"])
def test_nothing_is_read_from_nothing(text: str) -> None:
    assert values(text) == {}


def test_marks_tell_which_functions_can_be_reset() -> None:
    found = values(f"IOMMU Group 11:\n[RESET]\t{VGA}\n\t{SOUND}\nIOMMU Group 12:\n\t{HOST}\n")
    assert found["pci.has_reset", "0000:02:00.0"] is True
    assert found["pci.has_reset", "0000:02:00.1"] is False


def test_without_marks_nothing_is_known_of_resets() -> None:
    assert ("pci.has_reset", "0000:02:00.1") not in values(f"IOMMU Group 11:\n\t{VGA}\n\t{SOUND}\n")


def test_a_mark_needs_no_space_before_it_where_texts_are_told_apart() -> None:
    text = f"IOMMU group 11\n[RESET]\t{VGA}\nIOMMU group 12\n\t{SOUND}\nIOMMU group 35\n[RESET]\t{HOST}\n"
    (machine,) = read([("pasted.txt", text.encode())]).machines
    assert machine.facts.value("pci.iommu_group", "0000:ff:00.0") == "35"


def test_a_list_by_units() -> None:
    text = f"IOMMU: dmar0\n  IOMMU Group: 11\n    Group Device: 0000:{VGA.replace(' ', ' - ', 1)}\n"
    assert values(text)["pci.iommu_group", "0000:02:00.0"] == "11"
    (machine,) = read(
        [("pasted.txt", f"{text}\nIOMMU: dmar1\n  IOMMU Group: 12\n    Group Device: 0000:{HOST}\n".encode())]
    ).machines
    assert machine.facts.value("pci.iommu_group", "0000:ff:00.0") == "12"
    assert machine.facts.value("pci.class_name", "0000:02:00.0") == "VGA compatible controller"
