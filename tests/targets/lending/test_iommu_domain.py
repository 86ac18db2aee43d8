"""Changing a group's translation, on files that stand for sysfs: order, refusals, and what is put back."""

from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing import iommu_type
from perfadvisor.targets.changing.iommu_type import set_type
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.lending.iommu_domain import change, change_back, disk, function_behind
from tests.targets.machine import NIC, NVME, Machine

GROUP = "sys/kernel/iommu_groups/7"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path / "root")
    made.put(f"{GROUP}/type", "DMA\n")
    return made


@pytest.fixture
def node(tmp_path: Path) -> str:
    """A device node: its name is what counts here."""
    (tmp_path / "nvme0n1").write_text("")
    return str(tmp_path / "nvme0n1")


def kind(machine: Machine) -> str:
    return (machine.root / GROUP / "type").read_text().strip()


def test_the_disk_is_unbound_changed_and_comes_back(machine: Machine, tmp_path: Path, node: str) -> None:
    with Journal(tmp_path / "journal") as book:
        said = change(disk(node, machine.root), "identity", book, machine.root)
        assert said == f"{node} ({NVME}): the IOMMU group 7 is identity for this run, it was DMA"
        assert kind(machine) == "identity"
        assert (machine.root / "sys/bus/pci/drivers/nvme/unbind").read_text() == NVME
    assert kind(machine) == "DMA"


def test_nothing_is_done_for_what_is_so_already(machine: Machine, tmp_path: Path, node: str) -> None:
    with Journal(tmp_path / "journal") as book:
        assert change(disk(node, machine.root), "DMA", book, machine.root) == ""
        assert book.last == 0
    assert (machine.root / "sys/bus/pci/drivers/nvme/unbind").read_text() == ""


def test_what_the_kernel_refuses_is_said_and_put_back(
    machine: Machine, tmp_path: Path, node: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(iommu_type, "_written", lambda file, wanted: "" if wanted == "DMA" else "Invalid argument")
    with Journal(tmp_path / "journal") as book, pytest.raises(MeasureError, match=r"stays as it is: Invalid argument"):
        change(disk(node, machine.root), "identity", book, machine.root)
    assert (tmp_path / "journal").exists() is False, "nothing is left to be put back"


def test_a_disk_in_use_keeps_its_translation(machine: Machine, tmp_path: Path, node: str) -> None:
    machine.put("proc/swaps", "Filename Type Size Used Priority\n/dev/nvme0n1 partition 1 0 -2\n")
    with Journal(tmp_path / "journal") as book, pytest.raises(MeasureError, match="used as swap"):
        change(disk(node, machine.root), "identity", book, machine.root)
    assert kind(machine) == "DMA"


@pytest.mark.parametrize("text", ["", "blocked"])
def test_a_type_that_could_not_be_put_back_is_left(machine: Machine, tmp_path: Path, node: str, text: str) -> None:
    machine.put(f"{GROUP}/type", text)
    with Journal(tmp_path / "journal") as book, pytest.raises(MeasureError, match="could not be restored"):
        change(disk(node, machine.root), "identity", book, machine.root)


def test_a_disk_without_a_pci_function(machine: Machine) -> None:
    machine.put("sys/devices/virtual/block/loop0/size", "8")
    machine.link("sys/class/block/loop0", "sys/devices/virtual/block/loop0")
    machine.link("sys/block/loop0", "sys/devices/virtual/block/loop0")
    with pytest.raises(MeasureError, match="not attached to a PCI function"):
        function_behind("/dev/loop0", machine.root)
    assert function_behind("/dev/nvme0n1", machine.root) == NVME


def test_every_driver_is_asked_for_even_after_a_refusal(machine: Machine) -> None:
    """A function that another one has meanwhile is probed, and said where it stays there."""
    folder = str(machine.root / "sys/bus/pci/devices" / NIC)
    with pytest.raises(MeasureError, match=r"not driven as before any more: 0000:02:00\.0: igb"):
        set_type(machine.root / GROUP, "DMA", {folder: "igb"})
    assert (machine.root / "sys/bus/pci/drivers_probe").read_text() == NIC


def test_a_change_is_taken_back_before_the_end(machine: Machine, tmp_path: Path, node: str) -> None:
    with Journal(tmp_path / "journal") as book:
        change(disk(node, machine.root), "identity", book, machine.root)
        change_back(disk(node, machine.root), book)
        assert (kind(machine), book.changes) == ("DMA", ())
