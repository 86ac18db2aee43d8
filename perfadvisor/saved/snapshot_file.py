"""The snapshot archive: a gzipped tar whose first member, `manifest.json`, names every source and its SHA-256.

Links, directories and unreadable sources live in the manifest alone, so the archive holds regular files only.
"""

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from perfadvisor.errors import InputError
from perfadvisor.model.snapshot import Snapshot, Window
from perfadvisor.model.tree import Directory, Entry, Symlink, Tree, Unreadable
from perfadvisor.saved.archive import members
from perfadvisor.upgrading import Format
from perfadvisor.whole import write_whole

FORMAT = Format(kind="perfadvisor snapshot", version=1)
MANIFEST = "manifest.json"
PARENT = "parent.tar.gz"
OTHER_FORMATS = frozenset({".zip", ".7z", ".rar", ".xz", ".txz", ".bz2", ".tbz2", ".zst", ".lz4"})
MAX_PARENTS = 3  # a container in a guest on a host; an archive may hold itself without end
SMALL, MOST_SEEN = 1024, 1 << 14  # bytes of a file, and files, that are remembered with their hash: 16 MiB at most
_SEEN: dict[str, bytes] = {}  # many machines have the same file, and to compare takes a fifth of the time of hashing


def save_snapshot(snapshot: Snapshot, path: Path) -> None:
    """Write the snapshot, complete or not at all."""
    require_place(path)
    write_whole(path, snapshot_bytes(snapshot))


def require_place(path: Path) -> None:
    """InputError where no archive could be written."""
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no directory {path.parent}", "make it, or choose another place")
    if path.is_dir():
        raise InputError(f"{path}: is a directory", "name the archive to write, such as host.tar.gz")
    if path.suffix.lower() in OTHER_FORMATS:
        raise InputError(f"{path}: a snapshot is a gzip-compressed tar archive, not {path.suffix}", "end it in .tar.gz")


def snapshot_bytes(snapshot: Snapshot) -> bytes:
    """The archive as bytes: the same snapshot gives the same bytes."""
    contents: dict[str, bytes] = {}
    sources = _sources(snapshot.tree, "", contents)
    if snapshot.parent is not None:
        contents[PARENT] = snapshot_bytes(snapshot.parent)
    manifest = {
        "schema_version": FORMAT.version,
        "perfadvisor_version": snapshot.version,
        "environment": snapshot.environment,
        "taken": snapshot.taken,
        "clock_source": snapshot.clock_source,
        "has_parent": snapshot.parent is not None,
        "sources": sources,
        "window": _window(snapshot.window, contents),
    }
    if snapshot.redacted:
        manifest["redacted"] = dict(snapshot.redacted)
    text = json.dumps(manifest, indent=1, sort_keys=True).encode()
    return _pack({MANIFEST: text, **contents}, int(snapshot.taken))


def _pack(contents: dict[str, bytes], taken: int) -> bytes:
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, compresslevel=6) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), taken
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _sources(tree: Tree, folder: str, contents: dict[str, bytes]) -> dict[str, Any]:
    return {source: _describe(source, entry, folder, contents) for source, entry in tree.items()}


def _window(window: Window | None, contents: dict[str, bytes]) -> dict[str, Any] | None:
    if window is None:
        return None
    return {
        "seconds": window.seconds,
        "gauges": [dict(row) for row in window.gauges],
        "before": _sources(window.before, "before/", contents),
        "after": _sources(window.after, "after/", contents),
    }


def _describe(source: str, entry: Entry, folder: str, contents: dict[str, bytes]) -> dict[str, Any]:
    match entry:
        case Symlink(target):
            return {"link": target}
        case Directory():
            return {"directory": True}
        case Unreadable(reason):
            return {"unreadable": reason}
        case bytes():
            member = f"{folder}files{source}" if source.startswith("/") else f"{folder}other/{len(contents):05d}"
            contents[member] = entry
            return {"member": member, "sha256": hashlib.sha256(entry).hexdigest(), "size": len(entry)}


def is_snapshot(entries: dict[str, Entry]) -> bool:
    """Whether the members of an archive are those of a snapshot."""
    return isinstance(entries.get(MANIFEST), bytes) and b'"sources"' in entries[MANIFEST]  # type: ignore[operator]


def load_snapshot(path: Path, parents: int = MAX_PARENTS) -> Snapshot:
    """Read a snapshot archive and check every member against its manifest; InputError where anything differs, or more
    than so many `parents` lie in each other."""
    return snapshot_of(dict(members(path)), path, parents)


def snapshot_of(entries: dict[str, Entry], path: Path, parents: int = MAX_PARENTS) -> Snapshot:
    """The snapshot in the members of an archive already read."""
    data = entries.get(MANIFEST)
    if not isinstance(data, bytes):
        raise InputError(f"{path}: not a perfadvisor snapshot: it has no {MANIFEST}")
    try:
        manifest = FORMAT.today(json.loads(data), f"{path}: {MANIFEST}")
        tree = _tree(manifest["sources"], entries, path)
        return Snapshot(
            environment=str(manifest["environment"]),
            taken=float(manifest["taken"]),
            clock_source=str(manifest["clock_source"]),
            version=str(manifest["perfadvisor_version"]),
            tree=tree,
            parent=_parent(entries, path, parents) if manifest.get("has_parent") else None,
            window=_restore_window(manifest.get("window"), entries, path),
            redacted={str(kind): int(count) for kind, count in manifest.get("redacted", {}).items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path}: the manifest is broken: {error!r}") from error


def _tree(sources: dict[str, Any], entries: dict[str, Entry], path: Path) -> Tree:
    return Tree({str(source): _restore(source, told, entries, path) for source, told in sources.items()})


def _restore_window(told: dict[str, Any] | None, entries: dict[str, Entry], path: Path) -> Window | None:
    if told is None:
        return None
    return Window(
        seconds=float(told["seconds"]),
        before=_tree(told["before"], entries, path),
        after=_tree(told["after"], entries, path),
        gauges=tuple(row for row in told["gauges"] if isinstance(row, dict)),
    )


def _parent(entries: dict[str, Entry], path: Path, parents: int) -> Snapshot:
    if not parents:
        raise InputError(f"{path}: more than {MAX_PARENTS} snapshots lie in each other", "refused")
    data = entries.get(PARENT)
    if not isinstance(data, bytes):
        raise InputError(f"{path}: the parent's snapshot is missing from the archive")
    with tempfile.NamedTemporaryFile(suffix=".tar.gz") as file:
        file.write(data)
        file.flush()
        try:
            return load_snapshot(Path(file.name), parents - 1)
        except InputError as error:  # the user knows no temporary file
            shown = error.message.replace(file.name, f"{path}, {PARENT}").replace(Path(file.name).name, PARENT)
            raise InputError(shown, error.hint) from error


def _restore(source: str, described: dict[str, Any], entries: dict[str, Entry], path: Path) -> Entry:
    if "link" in described:
        return Symlink(str(described["link"]))
    if "directory" in described:
        return Directory()
    if "unreadable" in described:
        return Unreadable(str(described["unreadable"]))
    data = entries.get(str(described["member"]))
    if not isinstance(data, bytes) or not _is_whole(data, str(described["sha256"])):
        raise InputError(f"{path}: {source} is missing or was changed after the capture", "ask for the snapshot again")
    return data


def _is_whole(data: bytes, sha256: str) -> bool:
    """Whether the data has this hash, in hexadecimal."""
    if _SEEN.get(sha256) == data:
        return True
    if hashlib.sha256(data).hexdigest() != sha256:
        return False
    if len(data) <= SMALL:
        if len(_SEEN) >= MOST_SEEN:
            _SEEN.clear()
        _SEEN[sha256] = data
    return True
