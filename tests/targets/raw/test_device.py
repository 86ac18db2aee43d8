"""The names by which a device is known, from sysfs."""

import os
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree
from perfadvisor.targets.raw import device
from perfadvisor.targets.raw.device import RawDevice, identity, numbers, text

DISK = RawDevice(node="/dev/null", name="sda1", disk="sda", size_bytes=1 << 30, way=IoPath())
WHOLE = RawDevice(node="/dev/null", name="sda", disk="sda", size_bytes=1 << 30, way=IoPath())


@pytest.fixture
def sys(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(device, "SYS", tmp_path)
    return tmp_path


def put(path: Path, words: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words + "\n")


def test_model_and_serial_number_name_a_disk_and_the_partition_is_added(sys) -> None:
    put(sys / "block/sda/device/model", "Fast  Disk 9000   ")
    put(sys / "block/sda/device/serial", "S1234")
    put(sys / "block/sda/serial", "S1234")
    assert identity(WHOLE, b"\0" * 16) == "Fast Disk 9000 S1234"
    assert identity(DISK, b"\0" * 16) == "Fast Disk 9000 S1234 sda1"


def test_a_serial_number_alone_is_enough(sys) -> None:
    put(sys / "block/sda/serial", "virtio-7")
    assert identity(WHOLE, b"\0" * 16) == "virtio-7"


def test_without_either_size_and_the_first_eight_bytes_name_it(sys) -> None:
    assert identity(DISK, bytes(range(16))) == "sda1 1073741824 0001020304050607"


def test_the_numbers_are_those_of_the_device_its_partitions_its_disk_and_what_it_is_made_of(sys) -> None:
    for name, number in {
        "sda1/dev": "8:1",
        "sda/dev": "8:0",
        "sda1/x/dev": "8:17",
        "sda1/slaves/sdb/dev": "8:16",
        "sda2/dev": "8:2",
    }.items():
        put(sys / "class/block" / name, number)
    own = Path("/dev/null").stat().st_rdev
    assert numbers(DISK) == {own, *(8 * 256 + minor for minor in (0, 1, 16, 17))}
    assert numbers(WHOLE) == {own, 8 * 256}


def test_a_text_is_one_line_and_empty_where_there_is_none(tmp_path) -> None:
    put(tmp_path / "x", "  a \t b\n c ")
    assert (text(str(tmp_path / "x")), text(str(tmp_path / "y"))) == ("a b c", "")


def test_a_size_that_sysfs_does_not_say_is_none_at_all(tmp_path, monkeypatch) -> None:
    """An unknown size must not look like one that is read whole, and be written to."""
    node = SimpleNamespace(st_mode=stat.S_IFBLK, st_rdev=os.makedev(4095, 7))
    monkeypatch.setattr(Path, "stat", lambda *_, **__: node)
    monkeypatch.setattr(device, "text", lambda _path: "")
    assert device.look(str(tmp_path / "node"), Tree({})).size_bytes == 0
