"""The plain tar: regular files, directories and links with names of any length, as our snapshots and most tars are.

Python's `tarfile` takes six times as long for thousands of small members. Whatever is unusual here (sparse files, sizes
in base 256, a wrong checksum, a cut end) raises `UnusualError`, and `tarfile` reads or refuses the archive instead.
Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block".
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import IO, NamedTuple
from zlib import adler32

BLOCK = 512
MOST_HEADER_BYTES = 1 << 16
REMEMBERED = 1 << 13  # heads: archives of like machines have the same, but for the time and so the checksum
_END = bytes(BLOCK)
REGULAR, HARD_LINK, LINK, DIRECTORY = "0", "1", "2", "5"
_KINDS = {b"\0": REGULAR, b"0": REGULAR, b"1": HARD_LINK, b"2": LINK, b"3": "3", b"4": "4", b"5": DIRECTORY, b"6": "6"}


class UnusualError(Exception):
    """Nothing for this reader."""


class TarMember(NamedTuple):  # a thousand of a snapshot: a frozen dataclass takes four times as long to make
    """One member; `size` is that of its data, which follows in the stream, filled up to whole blocks."""

    name: str
    kind: str
    size: int
    target: str = ""


def heads(stream: IO[bytes]) -> Iterator[TarMember]:
    """The members in order. Whoever iterates reads the `content` of each before the next."""
    longer: dict[str, str] = {}
    read = stream.read
    while (block := read(BLOCK)) != _END:
        if len(block) != BLOCK:
            raise UnusualError
        member, flag, total = _told(block[:136], block[156:])
        if _octal(block[148:156]) != total + _sum(block[136:148]):
            raise UnusualError
        if flag == b"x":
            size = member.size
            longer = _pax(content(stream, size)) if size <= MOST_HEADER_BYTES else _unusual()
            continue
        yield _renamed(member, longer) if longer else member
        longer = {}


def content(stream: IO[bytes], size: int) -> bytes:
    """So many bytes, which fill whole blocks."""
    whole = -(-size // BLOCK) * BLOCK
    found = stream.read(whole)
    if len(found) != whole:
        raise UnusualError
    return found[:size]


@lru_cache(maxsize=REMEMBERED)
def _told(start: bytes, end: bytes) -> tuple[TarMember, bytes, int]:
    """The member, its flag, and its share of the checksum, from all of its head but the time and the checksum."""
    size, flag, magic = _octal(start[124:136]), end[:1], end[101:107]
    if magic not in (b"ustar\0", b"ustar ") or (flag != b"x" and flag not in _KINDS):
        raise UnusualError
    total = _sum(start) + 8 * ord(" ") + _sum(end[:228]) + _sum(end[228:])
    kind = _KINDS.get(flag, REGULAR)
    prefix = _text(end[189:344]) if magic == b"ustar\0" else ""
    name = f"{prefix}/{_text(start[:100])}" if prefix else _text(start[:100])
    target = _text(end[1:101]) if kind in (LINK, HARD_LINK) else ""
    return TarMember(name, kind, size if kind == REGULAR else 0, target), flag, total


def _renamed(member: TarMember, longer: dict[str, str]) -> TarMember:
    """The member as its extended header names it."""
    target = longer.get("linkpath", member.target) if member.kind in (LINK, HARD_LINK) else ""
    return member._replace(name=longer.get("path", member.name), target=target)


def _sum(data: bytes) -> int:
    """The sum of up to 256 bytes: the lower half of Adler-32, less the one it begins with (RFC 1950, section 8.2), in a
    tenth of the time of `sum`."""
    return (adler32(data) & 0xFFFF) - 1


@lru_cache(maxsize=REMEMBERED)
def _octal(field: bytes) -> int:
    text = field.strip(b" \0")
    if not text.isdigit():
        raise UnusualError
    try:
        return int(text, 8)
    except ValueError:
        raise UnusualError from None


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


def _pax(data: bytes) -> dict[str, str]:
    """Records of the form `LENGTH KEY=VALUE` and a line feed; only names and times may stand in them."""
    found: dict[str, str] = {}
    while data:
        length, _, _ = data.partition(b" ")
        if not length.isdigit() or not 0 < int(length) <= len(data) or data[int(length) - 1 : int(length)] != b"\n":
            raise UnusualError
        record, data = data[len(length) + 1 : int(length) - 1], data[int(length) :]
        key, equals, value = record.partition(b"=")
        if key not in (b"path", b"linkpath", b"mtime", b"atime", b"ctime") or not equals or b"\0" in value:
            raise UnusualError
        try:
            found[key.decode()] = value.decode()
        except UnicodeDecodeError:
            raise UnusualError from None
    return found


def _unusual() -> dict[str, str]:
    raise UnusualError
