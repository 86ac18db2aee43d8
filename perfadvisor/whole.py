"""Files that are there whole or not at all: also after SIGKILL nothing of them is left under any name."""

import errno
import os
import secrets
import tempfile
from pathlib import Path

NO_NAMELESS_FILES = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT)


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """These bytes at `path`, in the place of what lay there. OSError, naming `path`, where they cannot be written;
    then what lay there stays."""
    try:
        try:
            descriptor = os.open(path.parent, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        except OSError as error:
            if error.errno not in NO_NAMELESS_FILES:
                raise
            _by_another_name(path, data, mode)
            return
        with os.fdopen(descriptor, "wb") as file:
            _fill(file.fileno(), data, mode)
            _give_name(f"/proc/self/fd/{file.fileno()}", path)
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def _fill(descriptor: int, data: bytes, mode: int) -> None:
    """write(2) may stop short on a full disk before it fails."""
    os.fchmod(descriptor, mode)
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)


def _give_name(nameless: str, path: Path) -> None:
    """link(2) makes the name where it is free; a name that is taken changes its file by rename(2), in one step."""
    try:
        _link(nameless, path)
    except FileExistsError:
        other = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        _link(nameless, other)
        try:
            other.replace(path)
        except OSError:
            other.unlink(missing_ok=True)
            raise


def _link(nameless: str, path: Path) -> None:
    """Python passes AT_SYMLINK_FOLLOW, which this takes (open(2)), only where a descriptor of a directory is given."""
    directory = os.open("/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.link(nameless, path, src_dir_fd=directory, follow_symlinks=True)
    finally:
        os.close(directory)


def _by_another_name(path: Path, data: bytes, mode: int) -> None:
    """For file systems without files that have no name."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            _fill(file.fileno(), data, mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
