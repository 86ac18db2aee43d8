"""Files that commands write: whole or not at all, and errors that name them."""

import os
from pathlib import Path

from perfadvisor.errors import InputError


def require_folder(path: Path | None) -> None:
    """InputError where a file asked for has no folder to go to; for commands that measure first and write last."""
    if path is not None and not path.parent.is_dir():
        raise InputError(f"{path}: {path.parent} is no folder", "make it, or write elsewhere")


def write_text(path: Path, text: str) -> None:
    """The text as UTF-8 at `path`. What cannot be written leaves no half of it, and whatever lay there stays."""
    if path.exists() and not path.is_file():  # /dev/stdout and the like cannot be replaced
        path.write_text(text, encoding="utf-8")
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        error.filename = str(path)
        raise
