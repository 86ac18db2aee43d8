"""What was read from YAML and found good, kept as JSON in the user's cache directory under a hash of all it rests on.

A cache can only save time: whatever is odd about it (missing, damaged, somebody else's) means reading the files again.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from perfadvisor import __version__

KEPT = 8  # sets of each kind: versions, and combinations of --rules or --workloads


def key(files: Iterable[Path], *more: str) -> str:
    """A hash over the files' names and bytes, and over whatever else the values rest on, as text."""
    digest = hashlib.sha256(__version__.encode())
    for text in more:
        digest.update(f"{len(text)} {text}\n".encode())
    for file in files:
        try:
            content = file.read_bytes()
        except OSError:
            content = b"unreadable"
        digest.update(f"{file} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def load(kind: str, key: str) -> Any:  # noqa: ANN401 - JSON
    """The JSON kept under this key, None where there is none or it is not this user's own."""
    try:
        with _path(kind, key).open("rb") as stream:
            return json.load(stream) if os.fstat(stream.fileno()).st_uid == os.geteuid() else None
    except (OSError, ValueError, RecursionError):
        return None


def save(kind: str, key: str, data: object) -> None:
    """Keep `data`; a directory that cannot be written is no matter."""
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
