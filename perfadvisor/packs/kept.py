"""What was read from YAML and found good, kept as JSON in the user's cache directory under a hash of all it rests on.

A cache can only save time: whatever is odd about it (missing, damaged, another user's) means reading the files again.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from perfadvisor import __version__

KEPT = 8  # sets of each kind: versions, and combinations of --rules or --workloads
SETTLED_S = 5.0


def key(files: Iterable[Path], *more: str) -> str:
    """A hash over the files' names and states, and over whatever else the values rest on, as text."""
    digest = hashlib.sha256(__version__.encode())
    now = time.time()
    for text in more:
        digest.update(f"{len(text)} {text}\n".encode())
    for file in files:
        state = _state(file, now)
        digest.update(f"{file} {len(state)}\n".encode() + state)
    return digest.hexdigest()


def _state(file: Path, now: float) -> bytes:
    """The file's inode, size and time of change, which no program can set (inode(7)); the bytes of one that changed in
    the last seconds, because a second change within the clock's tick leaves the time as it was."""
    try:
        found = file.stat()
        if 0 <= found.st_ctime < now - SETTLED_S:
            return f"{found.st_dev} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}".encode()
        return file.read_bytes()
    except OSError:
        return b"unreadable"


def load(kind: str, key: str) -> Any:  # noqa: ANN401 - JSON
    """The JSON kept under this key, None where there is none or it is not this user's own."""
    try:
        with _path(kind, key).open("rb") as stream:
            return json.load(stream) if os.fstat(stream.fileno()).st_uid == os.geteuid() else None
    except (OSError, ValueError, RecursionError):
        return None


def save(kind: str, key: str, data: object) -> None:
    """Keep `data`; a directory that cannot be written does not matter."""
    path = _path(kind, key)
    temporary = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.write_text(json.dumps(data))
        temporary.replace(path)
        for old in sorted(path.parent.glob("*.json"), key=lambda file: file.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def directory(kind: str) -> Path:
    """Where values of this kind are kept; it need not exist."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "perfadvisor" / kind


def _path(kind: str, key: str) -> Path:
    return directory(kind) / f"{key}.json"
