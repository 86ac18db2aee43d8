"""No device is offered or lent where VFIO would refuse it for want of interrupt remapping."""

from pathlib import Path

import pytest

from perfadvisor.analyse.devices import words
from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.lending import vfio
from perfadvisor.targets.lending.remapping import is_refused_without_remapping
from tests.targets.machine import NVME, Machine

UNSAFE = "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def interrupts(machine: Machine, chip: str) -> None:
    machine.put("proc/interrupts", f"            CPU0\n  24:          7   {chip} 524288-edge      nvme0q0\n")


@pytest.mark.parametrize(
    ("chip", "unsafe", "refused"),
    [
        ("IR-PCI-MSI", "N", False),
        ("PCI-MSI", "N", True),
        ("PCI-MSI", "", True),
        ("PCI-MSI", "Y", False),
        ("ITS-MSI", "N", False),
    ],
)
def test_remapping(machine: Machine, chip: str, unsafe: str, refused: bool) -> None:
    interrupts(machine, chip)
    if unsafe:
        machine.put(UNSAFE, unsafe)
    assert is_refused_without_remapping(machine.root) is refused


def test_nothing_is_lent_without_it(machine: Machine) -> None:
    interrupts(machine, "PCI-MSI")
    with Journal(machine.root / "journal") as journal, pytest.raises(MeasureError, match=words.NO_REMAPPING):
        vfio.lend([NVME], journal, machine.root)
    assert (machine.root / machine.device(NVME) / "driver").resolve().name == "nvme"
