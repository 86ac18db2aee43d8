"""Files that commands write: whole or not at all, private to the user, and errors that name them."""

import stat
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.whole import write_whole


def require_folder(path: Path | None) -> None:
    """InputError where a file asked for has no directory to go to; for commands that measure first and write last."""
    if path is not None and not path.parent.is_dir():
        raise InputError(f"{path}: the directory {path.parent} does not exist", "create it, or write elsewhere")


def write_text(path: Path, text: str) -> None:
    """The text as UTF-8 at `path`, see `write_bytes`."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """These bytes at `path`. What cannot be written leaves no half of it, and whatever lay there stays. Only the user
    can read a new file; one that is replaced keeps its permissions."""
    if path.exists() and not path.is_file():  # /dev/stdout and the like cannot be replaced
        path.write_bytes(data)
        return
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
    write_whole(path, data, mode)
