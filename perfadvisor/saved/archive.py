"""Reading archives from strangers: member by member, nothing extracted, every size bounded.

Never `extractall`: members become values in memory. A decompression bomb meets `BoundedReader` before it meets memory,
also inside extended tar headers, which `tarfile` reads whole.
"""

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from itertools import count, islice
from operator import itemgetter
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from perfadvisor.errors import InputError
from perfadvisor.model.tree import Directory, Entry, Symlink, Unreadable
from perfadvisor.saved.tarheads import (
    DIRECTORY,
    HARD_LINK,
    LINK,
    REGULAR,
    REMEMBERED,
    UnusualError,
    content,
    heads,
)

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

MAX_TOTAL_BYTES = 512 << 20
MAX_MEMBER_BYTES = 64 << 20
MAX_MEMBERS = 1_000_000
CHUNK = 1 << 20
BUFFER_BYTES = 1 << 16

NOT_WHOLE = "copy it again if it was cut off; results of fio and iperf3 become a run by `perfadvisor import`"
_BROKEN = (tarfile.TarError, EOFError, OSError, lzma.LZMAError, zlib.error, ValueError)
_ODD_PART = re.compile(r"(?:^|/)\.{0,2}(?:/|$)")  # an empty one, or one of dots
_NO_FILE = Unreadable("not a regular file in the archive")
_FIRST = itemgetter(0)


class BoundedReader(io.RawIOBase):
    """A stream that refuses to give more than `limit` bytes in all."""

    def __init__(self, stream: IO[bytes], limit: int, name: str) -> None:
        self._stream, self._left, self._name = stream, limit, name

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        wanted = min(self._left + 1, CHUNK if size < 0 else size)
        data = self._stream.read(wanted)
        self._left -= len(data)
        if self._left < 0:
            raise too_large(self._name)
        return data

    def readinto(self, buffer: "Buffer") -> int:
        """For a buffer in front of it: members are read in small pieces."""
        view = memoryview(buffer)
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)


def too_large(name: str) -> InputError:
    """What to say of an archive that unpacks to more than anybody packs."""
    hint = "pack only /sys and /proc, or point to an unpacked directory"
    return InputError(f"{name}: unpacks to more than {MAX_TOTAL_BYTES >> 20} MiB", hint)


@contextmanager
def decompress(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked if it is gzip, bzip2 or xz (known by its first bytes), and bounded."""
    with path.open("rb") as raw, ExitStack() as stack:
        head = raw.read(6)
        raw.seek(0)
        if head.startswith(b"\x28\xb5\x2f\xfd"):  # Python has no zstd before 3.14
            raise InputError(f"{path}: packed with zstd, which is not read here", "unpack it first: zstd -d FILE")
        if head.startswith(b"\x1f\x8b"):
            stream: IO[bytes] = stack.enter_context(cast("IO[bytes]", gzip.GzipFile(fileobj=raw)))
        elif head.startswith(b"BZh"):
            stream = stack.enter_context(cast("IO[bytes]", bz2.BZ2File(raw)))
        elif head.startswith(b"\xfd7zXZ"):
            stream = cast("IO[bytes]", stack.enter_context(lzma.LZMAFile(raw)))
        else:
            stream = raw
        yield cast("IO[bytes]", io.BufferedReader(BoundedReader(stream, MAX_TOTAL_BYTES, path.name), BUFFER_BYTES))


def read_all(path: Path) -> bytes:
    """The whole unpacked file, bounded; InputError where it cannot be read."""
    try:
        with decompress(path) as stream:
            return b"".join(iter(lambda: stream.read(CHUNK), b""))
    except _BROKEN as error:
        raise InputError(f"{path}: cannot be read: {reason(error)}", "check the path; is it complete?") from error


def is_tar(data: bytes) -> bool:
    """Whether unpacked bytes begin with a member as GNU, POSIX and pax tars mark them; very old tars have no mark."""
    return data[257:262] == b"ustar"


def members(path: Path) -> Iterator[tuple[str, Entry]]:
    """Every member of a tar archive as (relative name, entry). InputError where it is not tar, cut off or hostile."""
    given = count()
    try:
        try:
            yield from map(_FIRST, zip(_plain(path), given, strict=False))
        except UnusualError:
            with decompress(path) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
                yield from islice(_walk(archive, path.name), next(given), None)
    except _BROKEN as error:
        raise InputError(f"{path}: not a complete tar archive: {reason(error)}", NOT_WHOLE) from error


def reason(error: Exception) -> str:
    """What went wrong in a line, without the number and the path once more."""
    words = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    return " ".join(words.split())[:200] or type(error).__name__


def _plain(path: Path) -> Iterator[tuple[str, Entry]]:
    """The same as `_walk` of archives without anything unusual, in a sixth of the time."""
    seen: dict[str, Entry] = {}
    archive = path.name
    with decompress(path) as stream:
        for number, (name, kind, size, target) in enumerate(heads(stream), 1):
            if size > MAX_MEMBER_BYTES or number > MAX_MEMBERS:
                raise UnusualError
            name = safe_name(name, archive) if _is_odd(name) else name
            if kind == REGULAR:
                entry: Entry = content(stream, size)
            elif kind == HARD_LINK:
                yield name, seen.get(safe_name(target, archive), _NO_FILE)
                continue
            else:
                entry = Directory() if kind == DIRECTORY else Symlink(target) if kind == LINK else _NO_FILE
            seen[name] = entry
            yield name, entry
        while stream.read(CHUNK):  # to the end, where the compressor's own check stands
            pass


def _walk(archive: tarfile.TarFile, name: str) -> Iterator[tuple[str, Entry]]:
    total = 0  # a sparse member is small in the stream, which is bounded, and large in memory
    seen: dict[str, Entry] = {}
    for number, member in enumerate(archive, 1):
        if number > MAX_MEMBERS:
            raise InputError(f"{name}: more than {MAX_MEMBERS} members")
        path = safe_name(member.name, name)
        if member.islnk():  # one file under two names, of which the first has the bytes
            yield path, seen.get(safe_name(member.linkname, name), _NO_FILE)
            continue
        entry = seen[path] = _entry(archive, member, name)
        total += len(entry) if isinstance(entry, bytes) else 0
        if total > MAX_TOTAL_BYTES:
            raise too_large(name)
        yield path, entry


def _entry(archive: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> Entry:
    if member.isdir():
        return Directory()
    if member.issym():
        return Symlink(member.linkname)
    if not member.isreg():
        return _NO_FILE
    if member.size > MAX_MEMBER_BYTES:
        size_mib = member.size >> 20
        raise InputError(f"{name}: member {member.name!r} is {size_mib} MiB", "no /sys or /proc file is that large")
    stream = archive.extractfile(member)
    assert stream is not None, "a regular member has data"
    return stream.read()


@lru_cache(maxsize=REMEMBERED)
def _is_odd(name: str) -> bool:
    return _ODD_PART.search(name) is not None


def safe_name(name: str, archive: str) -> str:
    """The member's name, relative and without `.` parts; InputError where it climbs out of the archive."""
    if not _is_odd(name):
        return name
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        message = f"{archive}: member {name!r} climbs out of the archive"
        raise InputError(message, "refused: unpack and inspect it by hand")
    return "/".join(parts)
