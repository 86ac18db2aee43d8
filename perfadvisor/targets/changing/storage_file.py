"""The file that storage is measured on: refused where no disk is below, written full of random data, removed after.

Holes, zeros and memory file systems would measure something that is not there.
"""

import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.facts.block import io_path
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.undo import file_made

MEMORY = frozenset({"tmpfs", "ramfs", "devtmpfs", "hugetlbfs"})
NOTED = {
    "overlay": "overlay: a container's layered file system is in the results; --dir on a volume measures the disk",
    "nfs": "NFS: the far end's cache is in the results",
    "nfs4": "NFS: the far end's cache is in the results",
    "zfs": "ZFS caches what is read with O_DIRECT (before OpenZFS 2.3): its own memory is in the results",
    "fuse": "FUSE: a user-space file system is in the results",
}
SPARE = 1.05  # of the size: the file system needs room for its own tables
WRITTEN = 0.9  # of the size must be allocated, or the file system compressed or skipped it


@dataclass(frozen=True, kw_only=True)
class TestDirectory:
    """A directory for test files: the way from it to the disk, and what a reader of the results must know of it."""

    directory: Path
    way: IoPath
    note: str = ""


def place(directory: Path, machine: Tree) -> TestDirectory:
    """Where a test file would lie. InputError for a directory that is none, is unreadable or lies in memory."""
    directory = directory.resolve()
    if not directory.is_dir():
        raise InputError(f"{directory}: no such directory", "choose one with --dir")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise InputError(f"{directory}: not writable for this user", "choose another with --dir")
    way = io_path.of_file(machine, str(directory), device_number(directory.stat().st_dev))
    if way.file_system in MEMORY:
        raise InputError(
            f"{directory} is {way.file_system}: memory, not a disk", "choose a directory on a disk with --dir"
        )
    return TestDirectory(directory=directory, way=way, note=NOTED.get(way.file_system.split(".")[0], ""))


def device_number(number: int) -> str:
    """A device number as the kernel writes it: "259:1"."""
    return f"{os.major(number)}:{os.minor(number)}"


def require_room(where: TestDirectory, size_bytes: int) -> None:
    """InputError where the file would not fit."""
    system = os.statvfs(where.directory)
    free, needed = system.f_bavail * system.f_frsize, int(size_bytes * SPARE)
    if free < needed:
        raise InputError(
            f"{where.directory}: {free / 1e9:.1f} GB free, the test file needs {needed / 1e9:.1f} GB",
            "make room, or choose another directory with --dir",
        )


def make(where: TestDirectory, size_bytes: int, journal: Journal, write: Callable[[str], None]) -> Path:
    """A new file of random data; `write` fills the file of this name. MeasureError where it did not get full.

    It is written down before it is made, so that it is removed whatever happens."""
    require_room(where, size_bytes)
    file = where.directory / f"perfadvisor-{secrets.token_hex(6)}.data"
    journal.record(file_made(file))
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    write(str(file))
    _require_full(file, size_bytes)
    _forget_cache(file)
    return file


def _require_full(file: Path, size_bytes: int) -> None:
    status = file.stat()
    if status.st_size < size_bytes:
        raise MeasureError(f"{file}: {status.st_size} of {size_bytes} bytes could be written", "is the disk full?")
    if stat.S_ISREG(status.st_mode) and status.st_blocks * 512 < WRITTEN * size_bytes:
        raise MeasureError(
            f"{file}: only {status.st_blocks * 512} of {size_bytes} bytes lie on the disk",
            "the file system compresses or removes duplicates: choose another directory with --dir",
        )


def _forget_cache(file: Path) -> None:
    """What was just written sits in the page cache, and would serve the first reads."""
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
