"""Whatever a user points to: a machine's own files (a snapshot, a foreign tree), or outputs that were saved.

Nothing is unpacked onto a disk, and nothing is written."""

import io
import lzma
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Entry
from perfadvisor.saved.archive import (
    MAX_TOTAL_BYTES,
    BoundedReader,
    is_tar,
    members,
    read_all,
    safe_name,
    too_large,
)
from perfadvisor.saved.foreign import NoMachineError, each_rooted, foreign_tree, walked
from perfadvisor.saved.snapshot_file import is_snapshot, snapshot_of

STDIN = "-"
ENTRY_IN_ZIP, MOST_IN_ZIP = b"PK\x01\x02", 100_000
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
)
ARCHIVES = (".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".ttar")
Files = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedInput:
    """The machines that lie at a path as copies of their own files; else the files there, each with its name."""

    machines: tuple[Snapshot, ...] = ()
    files: Files = ()


def given(path: Path) -> SavedInput:
    """What lies at the path. InputError where it cannot be read."""
    if str(path) == STDIN:
        with BoundedReader(sys.stdin.buffer, MAX_TOTAL_BYTES, "standard input") as stream:
            return SavedInput(files=(("standard input", b"".join(iter(lambda: stream.read(1 << 20), b""))),))
    if not path.exists():
        raise InputError(f"{path}: no such file or directory", "check the path")
    if path.is_dir():
        return _of_entries(dict(walked(path)), path)
    if path.suffix == ".ttar":
        return SavedInput(machines=(Snapshot(environment=path.name, taken=0.0, tree=foreign_tree(path)),))
    return _of_file(path)


def _of_file(path: Path) -> SavedInput:
    if path.name.endswith(ARCHIVES):
        return _of_entries(dict(members(path)), path)
    data = read_all(path)
    if is_tar(data):
        return _of_entries(dict(members(path)), path)
    if data.startswith(b"PK\x03\x04"):
        return _of_entries(dict(_of_zip(data, str(path))), path)
    return SavedInput(files=((str(path), data),))


def _of_entries(entries: dict[str, Entry], path: Path) -> SavedInput:
    if is_snapshot(entries):
        return SavedInput(machines=(snapshot_of(entries, path),))
    try:
        found = each_rooted(entries, str(path))
        names = (
            dict.fromkeys(found, path.resolve().name) if len(found) == 1 else {one: one.rstrip("/") for one in found}
        )
        return SavedInput(
            machines=tuple(Snapshot(environment=names[one], taken=0.0, tree=tree) for one, tree in found.items())
        )
    except NoMachineError as error:
        files = tuple((f"{path}/{name}", entry) for name, entry in sorted(entries.items()) if isinstance(entry, bytes))
        if not files:
            raise InputError(f"{path}: {error.message.partition(': ')[2]}, and no other files", error.hint) from error
        return SavedInput(files=files)


def _of_zip(data: bytes, name: str) -> Iterator[tuple[str, Entry]]:
    """The files of a zip archive, of which none may be packed with a word or climb out of it."""
    if data.count(ENTRY_IN_ZIP) > MOST_IN_ZIP:  # they are listed whole, in a kilobyte each, before the first is read
        raise InputError(f"{name}: more than {MOST_IN_ZIP} members", "unpack it, and give the directory")
    left = MAX_TOTAL_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                inside = safe_name(member.filename, name)
                if not inside or member.filename.endswith("/"):
                    continue
                with archive.open(member) as stream:
                    found = stream.read(left + 1)
                left -= len(found)
                if left < 0:
                    raise too_large(name)
                yield inside, found
    except _BROKEN_ZIP as error:
        raise InputError(f"{name}: not a complete zip archive: {error}", "unpack it, and give the directory") from error
