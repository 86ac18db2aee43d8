"""Files and directories that are there completely or not at all, also after a power cut.

A file is written under another name, synced, renamed, and then its directory is synced: rename(2) is atomic, and
fsync(2) of the directory makes the new name last. They are private to the user: a run tells much about its machine.
"""

import errno
import gzip
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from perfadvisor.errors import MeasureError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
TEMPORARY = ".unfinished-"
LARGE_BYTES = 256 << 10  # from here on a file is kept compressed, as NAME.gz


def write_file(path: Path, data: bytes) -> None:
    """Replace the file by one with these bytes."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            _write_synced(file.fileno(), data)
        temporary.replace(path)
        sync_directory(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Make a new directory with these files; large ones are compressed and get `.gz` added to their name."""
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=TEMPORARY))
    try:
        for name, data in files.items():
            _write_member(temporary / name, data)
        sync_directory(temporary)
        temporary.rename(path)
        sync_directory(path.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _write_member(path: Path, data: bytes) -> None:
    if len(data) >= LARGE_BYTES:
        path, data = path.with_name(path.name + ".gz"), gzip.compress(data, compresslevel=6, mtime=0)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        _write_synced(descriptor, data)
    finally:
        os.close(descriptor)


def _write_synced(descriptor: int, data: bytes) -> None:
    """write(2) may stop short on a full disk before it fails; go on until it fails."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)


def sync_directory(path: Path) -> None:
    """Make the names in a directory last."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def clear_unfinished(directory: Path) -> None:
    """Remove what a killed writer left half done."""
    for path in directory.glob(TEMPORARY + "*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def saving(what: str, where: Path, kept: Callable[[], str]) -> Iterator[None]:
    """Turn a full or read-only disk into one clear line; `kept` says what is safe, and is asked only then."""
    try:
        yield
    except OSError as error:
        why = "the disk is full" if error.errno in FULL else (error.strerror or str(error))
        raise MeasureError(f"{where}: could not save {what}: {why}", kept()) from error
