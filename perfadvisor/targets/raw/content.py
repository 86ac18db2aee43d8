"""What lies on a block device, read from the device itself: nothing, or something that could be data.

A device counts as blank where everything that was read is one pattern of at most 16 bytes, repeated from its first byte
on: zeros, the ones of erased flash, or what a tool overwrote it with. Up to 16 GiB the device is read whole. Above that
both ends are read, and one random block in each of 4603 equal parts of it. Content in a fraction f of the device is
then missed with a probability of at most (1 - f) ** 4603: 1 % for f = 0.1 %. (The parts of the sum are largest where
all parts hold the same share, so drawing one block per part is never worse than drawing all of them anywhere.)
"""

import hashlib
import itertools
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WHOLE_BYTES = 16 << 30
END_BYTES = 128 << 20
BLOCK_BYTES = 64 << 10
SAMPLES = 4603  # ln(0.01) / ln(1 - 0.001), rounded up
CHUNK_BYTES = 1 << 20
PATTERN_BYTES = 16
SECTOR_BYTES = 512

Region = tuple[int, int]  # first byte, number of bytes


@dataclass(frozen=True, kw_only=True)
class Content:
    """What was read: how many bytes of how many, the first sector that holds something (None: blank), and the first
    bytes of the device."""

    read_bytes: int
    size_bytes: int
    data_at: int | None
    head: bytes

    @property
    def is_whole(self) -> bool:
        """Whether every byte of the device was read."""
        return self.read_bytes >= self.size_bytes


def regions(size_bytes: int, chance: random.Random) -> tuple[Region, ...]:
    """What is read of a device of this size, ascending; nothing twice."""
    if size_bytes <= WHOLE_BYTES:
        return ((0, size_bytes),) if size_bytes else ()
    first, last = END_BYTES, size_bytes - END_BYTES
    blocks = (last - first) // BLOCK_BYTES
    edges = [blocks * part // SAMPLES for part in range(SAMPLES + 1)]
    drawn = (chance.randrange(low, high) for low, high in itertools.pairwise(edges))
    middle = ((first + block * BLOCK_BYTES, BLOCK_BYTES) for block in drawn)
    return ((0, END_BYTES), *middle, (last, END_BYTES))


def look(descriptor: int, size_bytes: int, chance: random.Random | None = None) -> Content:
    """Read the device and stop at the first thing that could be data. OSError where it cannot be read."""
    read, pattern, head = 0, b"", b""
    for offset, chunk in chunks(descriptor, regions(size_bytes, chance or random.SystemRandom())):
        if not pattern:
            head = chunk[:PATTERN_BYTES]
            pattern = head * (CHUNK_BYTES // PATTERN_BYTES)
        read += len(chunk)
        if chunk != pattern[: len(chunk)]:
            return Content(read_bytes=read, size_bytes=size_bytes, data_at=offset + _first(chunk, pattern), head=head)
    return Content(read_bytes=read, size_bytes=size_bytes, data_at=None, head=head)


def digest(descriptor: int, read: Sequence[Region]) -> str:
    """The hexadecimal SHA-256 of these regions. OSError where they cannot be read."""
    total = hashlib.sha256()
    for _, chunk in chunks(descriptor, read):
        total.update(chunk)
    return total.hexdigest()


def chunks(descriptor: int, read: Sequence[Region]) -> Iterator[tuple[int, bytes]]:
    """The bytes of these regions, at most a mebibyte at once, which do not stay in the page cache. OSError where the
    device gives fewer than it should have: what was not seen is not blank."""
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)  # no read-ahead beyond what is asked for
    for start, length in read:
        for offset in range(start, start + length, CHUNK_BYTES):
            wanted = min(CHUNK_BYTES, start + length - offset)
            chunk = os.pread(descriptor, wanted, offset)
            if len(chunk) != wanted:
                raise OSError(f"only {len(chunk)} of {wanted} bytes could be read at byte {offset}")
            os.posix_fadvise(descriptor, offset, wanted, os.POSIX_FADV_DONTNEED)
            yield offset, chunk


def _first(chunk: bytes, pattern: bytes) -> int:
    """Where the first sector that differs begins."""
    sectors = ((at, chunk[at : at + SECTOR_BYTES]) for at in range(0, len(chunk), SECTOR_BYTES))
    return next(at for at, sector in sectors if sector != pattern[at : at + len(sector)])
