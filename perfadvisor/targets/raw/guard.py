"""When a raw block device given by --device may be written to, and what would be lost.

Reading is always safe (fio gets --readonly). Writing is refused wherever anything is found on the device, wherever
anybody uses it, and wherever that cannot be found out. A blank and unused device is written to only after a user
typed at a terminal which device it is.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.facts.block import mount
from perfadvisor.facts.block import path as block_path
from perfadvisor.model.tree import Tree
from perfadvisor.targets.raw import content, ledger, magics, probes, users
from perfadvisor.targets.raw.content import Content
from perfadvisor.targets.raw.device import RawDevice, identity, numbers, text

Confirm = Callable[[str, str], str]
GIB = 1 << 30
BLOCK = Path("/sys/class/block")


def allow_writing(device: RawDevice, machine: Tree, confirm: Confirm) -> None:
    """Return only if the device may be written to. `confirm` is given the identity to be typed and a sentence about
    what was read of the device. InputError with everything that was found otherwise."""
    _refuse(device, list(_in_use(device, machine)))
    found, seen = _look(device)
    _refuse(device, [*found, *probes.signatures(device.node)])
    name = identity(device, seen.head)
    if confirm(name, read_of(seen)).split() != name.split():
        raise InputError(f"{device.node} will not be written to: not confirmed", f"type at a terminal: {name}")
    _refuse(device, list(_in_use(device, machine)))  # typing takes time


def findings(device: RawDevice, machine: Tree) -> Iterator[str]:
    """Everything that speaks against writing to the device, in words."""
    yield from _in_use(device, machine)
    yield from _look(device)[0]
    yield from probes.signatures(device.node)


def read_of(seen: Content) -> str:
    """How much of the device was read to find it blank."""
    if seen.is_whole:
        return "All of it was read: it holds no data."
    return (
        f"{seen.read_bytes / GIB:.1f} of {seen.size_bytes / GIB:,.1f} GiB were read, both ends and {content.SAMPLES:,} "
        "random blocks: they hold no data. Data in 0.1 % of the device would have been found with 99 %."
    )


def _refuse(device: RawDevice, found: list[str]) -> None:
    if found:
        raise InputError(
            f"{device.node} will not be written to: {'; '.join(dict.fromkeys(found))}",
            "choose reading workloads, an empty device, or a test file with --dir",
        )


def _in_use(device: RawDevice, machine: Tree) -> Iterator[str]:
    yield from _mounts(device, machine)
    yield from _sysfs(device)
    if blind := users.blindness(users.PROC):
        yield f"other users of it cannot be seen: {blind} (run as root on the host itself)"
        return
    yield from users.users(numbers(device), users.PROC)
    yield from users.kernel_users(numbers(device))
    yield from users.claim(device.node)


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
    folder = BLOCK / device.name
    if not (folder / "size").exists():
        yield f"{folder} does not exist, so its holders and partitions cannot be seen"
    for holder in sorted(folder.glob("holders/*")) + sorted(folder.glob("*/holders/*")):
        yield f"held by {holder.name}"
    for part in sorted(folder.glob("*/partition")):
        yield f"has a partition {part.parent.name}"
    if text(str(folder / "ro")) == "1":
        yield "is read-only"


def _look(device: RawDevice) -> tuple[list[str], Content]:
    """What speaks against it in its content, and what was read."""
    nothing = Content(read_bytes=0, size_bytes=device.size_bytes, data_at=None, head=b"")
    if not device.size_bytes:
        return ["its size is unknown"], nothing
    try:
        descriptor = os.open(device.node, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        return [f"cannot be read: {error.strerror}"], nothing
    try:
        seen = content.look(descriptor, device.size_bytes)
        if seen.data_at is None or ledger.is_ours(descriptor, device.size_bytes):
            return [], seen
        return list(_data(descriptor, seen)), seen
    except OSError as error:
        return [f"cannot be read: {error.strerror or error}"], nothing
    finally:
        os.close(descriptor)


def _data(descriptor: int, seen: Content) -> Iterator[str]:
    head = os.pread(descriptor, magics.HEAD_BYTES, 0)
    tail = os.pread(descriptor, magics.TAIL_BYTES, max(0, seen.size_bytes - magics.TAIL_BYTES))
    named = list(magics.names(head, tail))
    yield from (f"holds data ({name})" for name in named)
    if not named:
        yield f"holds data at byte {seen.data_at} (a test device must be blank: zeros, or one repeated pattern)"
