"""Devices that perfadvisor itself filled: they may be filled again, although they are not blank any more.

After a run that wrote to a device, its first block becomes a mark with a random number. A private file of that number
keeps the digest of what the device then holds. Next time the device counts as unused only if its mark names a file of
this user and the digest is still the same: whatever another program wrote since is data.
"""

import json
import os
import random
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from perfadvisor.targets.changing import journal
from perfadvisor.targets.here import private
from perfadvisor.targets.raw.content import digest, regions

MARK = b"perfadvisor: only test data on this device "
MARK_BYTES = 4096
NUMBER_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class Left:
    """What a run left on a device: its size, the seed of the regions that were read, and their digest."""

    size_bytes: int
    seed: int
    digest: str


def mark(node: str, size_bytes: int) -> None:
    """Put the mark on a device that was filled, and note what lies there. OSError where that fails."""
    if size_bytes < MARK_BYTES:
        return
    number, seed = secrets.token_hex(NUMBER_BYTES), secrets.randbits(64)
    descriptor = os.open(node, os.O_RDWR | os.O_CLOEXEC)
    try:
        _forget(_number(os.pread(descriptor, MARK_BYTES, 0)))
        os.pwrite(descriptor, (MARK + number.encode()).ljust(MARK_BYTES, b"\n"), 0)
        os.fsync(descriptor)
        found = digest(descriptor, regions(size_bytes, random.Random(seed)))  # noqa: S311 (the seed is secret)
    finally:
        os.close(descriptor)
    _note(number, Left(size_bytes=size_bytes, seed=seed, digest=found))


def is_ours(descriptor: int, size_bytes: int) -> bool:
    """Whether the device holds exactly what a run of this user left. OSError where it cannot be read."""
    left = _noted(_number(os.pread(descriptor, MARK_BYTES, 0)))
    if left is None or left.size_bytes != size_bytes:
        return False
    return digest(descriptor, regions(size_bytes, random.Random(left.seed))) == left.digest  # noqa: S311


def _number(block: bytes) -> str:
    """The number in a mark, "" for any other block."""
    number = block.removeprefix(MARK).rstrip(b"\n") if block.startswith(MARK) else b""
    return number.decode() if len(number) == 2 * NUMBER_BYTES and number.isalnum() and number.isascii() else ""


def _file(number: str) -> Path:
    return journal.state_directory() / "devices" / f"{number}.json"


def _note(number: str, left: Left) -> None:
    file = _file(number)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(asdict(left), stream)
        stream.flush()
        os.fsync(descriptor)


def _noted(number: str) -> Left | None:
    file = _file(number)
    if not number or not file.exists() or not private.is_private(file):
        return None
    try:
        return Left(**json.loads(file.read_bytes()))
    except (TypeError, ValueError, RecursionError):
        return None


def _forget(number: str) -> None:
    if number:
        _file(number).unlink(missing_ok=True)
