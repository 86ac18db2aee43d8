"""A raw block device given by --device: what would be lost by writing to it, and who may say yes to that.

Reading is always safe (fio gets --readonly). Writing is refused wherever anything is found on the device or anybody
uses it; an empty and idle one is written to only after its model and serial number were typed out.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.facts.block import io_path, mount
from perfadvisor.facts.block import path as block_path
from perfadvisor.model.result import Path as IoPath
from perfadvisor.model.tree import Tree
from perfadvisor.targets.base import Command
from perfadvisor.targets.changing.storage_file import device_number
from perfadvisor.targets.here.process import installed, run

PROBE_S = 30.0


@dataclass(frozen=True, kw_only=True)
class RawDevice:
    """A block device: its node, kernel name ("nvme0n1"), the whole disk it belongs to, size, and the way to it."""

    node: str
    name: str
    disk: str
    size_bytes: int
    way: IoPath


def look(node: str, machine: Tree) -> RawDevice:
    """The device behind a node. InputError where it is no block device."""
    try:
        status = Path(node).stat()
    except OSError as error:
        raise InputError(f"{node}: {error.strerror}", "give a block device such as /dev/nvme0n1") from error
    if not stat.S_ISBLK(status.st_mode):
        raise InputError(f"{node}: not a block device", "give a block device such as /dev/nvme0n1, or use --dir")
    number = device_number(status.st_rdev)
    name = Path(f"/sys/dev/block/{number}").resolve().name
    sectors = _text(f"/sys/dev/block/{number}/size")
    disk = block_path.whole_disks(machine).get(number, name)
    way = io_path.of_device(machine, number)
    return RawDevice(node=node, name=name, disk=disk, size_bytes=int(sectors or 0) * 512, way=way)


def allow_writing(device: RawDevice, machine: Tree, confirm: Callable[[str], str]) -> None:
    """Return only if the device may be written to; `confirm` asks for what it is given to be typed. InputError with
    everything that was found otherwise."""
    found = list(dict.fromkeys(findings(device, machine)))
    if found:
        raise InputError(
            f"{device.node} will not be written to: {'; '.join(found)}",
            "choose reading workloads, an empty device, or a test file with --dir",
        )
    name = identity(device)
    if confirm(name).split() != name.split():
        raise InputError(f"{device.node} will not be written to: not confirmed", f"type exactly: {name}")


def identity(device: RawDevice) -> str:
    """Model and serial number, by which a person can tell the disk; the kernel's name where it states neither."""
    folder = f"/sys/block/{device.disk}"
    files = ("device/model", "device/serial", "serial")
    words = [text for file in files if (text := _text(f"{folder}/{file}"))]
    return " ".join(dict.fromkeys(words)) or device.name


def findings(device: RawDevice, machine: Tree) -> Iterator[str]:
    """Everything that speaks against writing to the device, in words."""
    yield from _mounts(device, machine)
    yield from _sysfs(device)
    yield from _signatures(device)
    yield from _users(device)


def _mounts(device: RawDevice, machine: Tree) -> Iterator[str]:
    """Anything on the whole disk counts: a neighbour's partition must not be near a mistake."""
    disks = block_path.whole_disks(machine)
    for one in mount.read(machine)[1]:
        if mount.disk_of(one, disks) == device.disk:
            yield f"mounted on {one.point}"
    for line in (machine.text(mount.SWAPS) or "").splitlines()[1:]:
        if disks.get(line.split(" ", 1)[0].removeprefix("/dev/")) == device.disk:
            yield "used as swap"


def _sysfs(device: RawDevice) -> Iterator[str]:
    folder = Path(f"/sys/class/block/{device.name}")
    for holder in sorted(folder.glob("holders/*")) + sorted(folder.glob("*/holders/*")):
        yield f"held by {holder.name}"
    for part in sorted(folder.glob("*/partition")):
        yield f"has a partition {part.parent.name}"
    if _text(str(folder / "ro")) == "1":
        yield "is read-only"


def _signatures(device: RawDevice) -> Iterator[str]:
    """What wipefs and blkid see; that they cannot look is a reason, too."""
    if not installed("wipefs") or not installed("blkid"):
        yield "wipefs and blkid are missing, so it cannot be checked for signatures"
        return
    wipefs = run(Command(argv=("wipefs", "--no-act", "--parsable", device.node), timeout_s=PROBE_S))
    if wipefs.returncode != 0:
        yield f"cannot be checked for signatures: {_said(wipefs.stderr)}"
        return
    for line in wipefs.stdout.decode("utf-8", "replace").splitlines():
        if line and not line.startswith("#"):
            yield f"carries a {line.split(',')[-1]} signature"
    blkid = run(Command(argv=("blkid", "--probe", "--output", "export", device.node), timeout_s=PROBE_S))
    for line in blkid.stdout.decode("utf-8", "replace").splitlines():
        kind, _, value = line.partition("=")
        if kind in ("TYPE", "PTTYPE"):
            yield f"carries a {value} signature"
    if blkid.returncode not in (0, 2):  # 2: nothing found (blkid(8))
        yield f"cannot be probed: {_said(blkid.stderr) or f'blkid ended with {blkid.returncode}'}"


def _users(device: RawDevice) -> Iterator[str]:
    """Whoever has it open, a running guest for one; and what only the kernel knows, by asking for it exclusively."""
    number = Path(device.node).stat().st_rdev
    for process in Path("/proc").glob("[0-9]*"):
        if _has_open(process, number):
            yield f"open in process {process.name} ({_text(str(process / 'comm'))})"
    try:
        os.close(os.open(device.node, os.O_RDWR | os.O_EXCL | os.O_CLOEXEC))
    except OSError as error:
        yield f"cannot be had exclusively: {error.strerror}"


def _has_open(process: Path, number: int) -> bool:
    try:
        for descriptor in (process / "fd").iterdir():
            status = descriptor.stat()
            if stat.S_ISBLK(status.st_mode) and status.st_rdev == number:
                return True
    except OSError:
        pass  # it ended, or is somebody else's: the exclusive open speaks for those
    return False


def _text(path: str) -> str:
    try:
        return re.sub(r"\s+", " ", Path(path).read_text(errors="replace")).strip()
    except OSError:
        return ""


def _said(stderr: bytes) -> str:
    return stderr.decode("utf-8", "replace").strip().splitlines()[-1] if stderr.strip() else ""
