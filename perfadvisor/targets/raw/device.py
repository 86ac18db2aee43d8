"""A raw block device given by --device: its names, its size, the way to it, and what a person can tell it by."""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.facts.block import io_path
from perfadvisor.facts.block import path as block_path
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree
from perfadvisor.targets.changing.storage_file import device_number

SYS = Path("/sys")
SECTOR_BYTES = 512  # of `size` in sysfs, whatever the device's own


@dataclass(frozen=True, kw_only=True)
class RawDevice:
    """A block device: its node, kernel name ("nvme0n1"), the whole disk it belongs to, size, and the way to it."""

    node: str
    name: str
    disk: str
    size_bytes: int
    way: IoPath


def look(node: str, machine: Tree) -> RawDevice:
    """The device behind a node. InputError where it is not a block device."""
    try:
        status = Path(node).stat()
    except OSError as error:
        raise InputError(f"{node}: {error.strerror}", "give a block device such as /dev/nvme0n1") from error
    if not stat.S_ISBLK(status.st_mode):
        raise InputError(f"{node}: not a block device", "give a block device such as /dev/nvme0n1, or use --dir")
    number = device_number(status.st_rdev)
    name = Path(f"/sys/dev/block/{number}").resolve().name
    sectors = text(f"/sys/dev/block/{number}/size")
    disk = block_path.whole_disks(machine).get(number, name)
    way = io_path.of_device(machine, number)
    return RawDevice(node=node, name=name, disk=disk, size_bytes=int(sectors or 0) * SECTOR_BYTES, way=way)


def identity(device: RawDevice, head: bytes) -> str:
    """Model and serial number of the disk; where it states neither, its kernel name, its size in bytes and the first
    bytes it holds: those are not typed for the wrong one by habit."""
    folder = f"{SYS}/block/{device.disk}"
    files = ("device/model", "device/serial", "serial")
    words = list(dict.fromkeys(word for file in files if (word := text(f"{folder}/{file}"))))
    part = [device.name] if device.name != device.disk else []
    return " ".join([*words, *part] if words else [device.name, str(device.size_bytes), head[:8].hex()])


def numbers(device: RawDevice) -> frozenset[int]:
    """The device numbers through which its bytes are reached: itself, its partitions, the disk it is
    a part of, and the disks it is made of."""
    folder, disk = (SYS / "class" / "block" / name for name in (device.name, device.disk))
    files = [folder / "dev", disk / "dev", *folder.glob("*/dev"), *folder.glob("slaves/*/dev")]
    pairs = (text(str(file)).split(":") for file in files)
    own = Path(device.node).stat().st_rdev
    return frozenset({own, *(_joined(*pair) for pair in pairs if len(pair) == 2)})


def _joined(major: str, minor: str) -> int:
    return os.makedev(int(major), int(minor))


def text(path: str) -> str:
    """What a file in sysfs says, on one line; "" where it is not there."""
    try:
        return re.sub(r"\s+", " ", Path(path).read_text(errors="replace")).strip()
    except OSError:
        return ""
