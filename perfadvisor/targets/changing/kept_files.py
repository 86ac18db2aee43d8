"""Files that make a setting last over a restart: written whole, known by their hash, removed only while they are ours.

A file that was edited since is the user's: it is reported, and stays."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from perfadvisor.errors import MeasureError

OURS, EDITED, MISSING = "as written", "edited since", "missing"


def write(path: Path, text: str, known: str = "") -> str:
    """Write one file of ours; returns its hash. `known` is the hash of what we wrote there before, "" for nothing.
    MeasureError where another file is in its place, or where it cannot be written."""
    if path.exists() and hashed(path) != known:
        raise MeasureError(f"{path} exists and is not ours, so it stays", f"move it away: mv {path} {path}.old")
    temporary = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "w", encoding="utf-8", opener=_private) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise MeasureError(f"{path}: {error.strerror}", "run as root, or make room") from error
    return sha256(text.encode()).hexdigest()


def _private(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NOFOLLOW, 0o600)


def hashed(path: Path) -> str:
    """The hash of a file's bytes, "" where there is none."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def states(files: Mapping[str, str]) -> Mapping[str, str]:
    """Path -> whether it is there and as written."""
    return {path: _state(hashed(Path(path)), known) for path, known in files.items()}


def _state(present: str, known: str) -> str:
    return MISSING if not present else OURS if present == known else EDITED


def remove(files: Mapping[str, str]) -> Iterator[str]:
    """Remove those that are still ours; yields what became of each."""
    for path, state in states(files).items():
        if state == OURS:
            Path(path).unlink(missing_ok=True)
            yield f"{path}: removed"
        else:
            yield f"{path}: {state}, left as it is" if state == EDITED else f"{path}: was removed already"
