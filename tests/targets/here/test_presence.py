"""A device that leaves, one that comes back, and a tool that is ended at once when its device goes away."""

import shutil
import time
from pathlib import Path

import pytest

from perfadvisor.errors import CutOffError
from perfadvisor.model.result import IoPath
from perfadvisor.targets.base import Command
from perfadvisor.targets.here.presence import Presence
from perfadvisor.targets.here.process import run

PATH = IoPath(pci="0000:81:00.0", block="nvme0n1", nic="eth0")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    for place in ("bus/pci/devices/0000:81:00.0", "class/block/nvme0n1"):
        (tmp_path / "sys" / place).mkdir(parents=True)
    return tmp_path


def test_what_stays_is_not_missed_and_what_never_was_there_neither(machine: Path) -> None:
    assert Presence(PATH, str(machine)).why_gone() == ""


def test_the_device_is_named_before_what_hangs_on_it(machine: Path) -> None:
    seen = Presence(PATH, str(machine))
    shutil.rmtree(machine / "sys/class/block/nvme0n1")
    assert seen.why_gone() == "the disk nvme0n1 went away"
    (machine / "sys/bus/pci/devices/0000:81:00.0").rmdir()
    assert seen.why_gone() == "0000:81:00.0 left the bus"


def test_one_that_came_back_is_another(machine: Path) -> None:
    seen, place = Presence(PATH, str(machine)), machine / "sys/bus/pci/devices/0000:81:00.0"
    place.rename(place.with_name("kept"))  # so that the new directory cannot get its inode number
    place.mkdir()
    assert seen.why_gone() == "0000:81:00.0 left the bus and came back"


def test_a_tool_ends_soon_after_its_device_left(machine: Path) -> None:
    """A tool that waits for a device which is not there any more would wait until its time-out."""
    seen, began = Presence(PATH, str(machine)), time.monotonic()
    (machine / "sys/bus/pci/devices/0000:81:00.0").rmdir()
    with pytest.raises(CutOffError, match=r"0000:81:00\.0 left the bus"):
        run(Command(argv=("sleep", "60"), timeout_s=60.0, gone=seen.why_gone))
    assert time.monotonic() - began < 20.0
