"""CPU and node lists ("0-3,8", "0-31:2/4", "0-62:2") and masks ("00000003,ffffffff") as the kernel writes them."""

import re
from collections.abc import Iterable, Iterator, Sequence

MAX_ID = 65535  # eight times the largest NR_CPUS of any architecture (8192, x86 with MAXSMP)

_PART = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5})(?::([0-9]{1,5})(?:/([0-9]{1,5}))?)?)?", re.ASCII)
_GROUP = re.compile(r"[0-9a-fA-F]+", re.ASCII)
_BLANK = " \t\r\n\0"


def parse(text: str) -> tuple[int, ...]:
    """The ids of a list, ascending and once each; () for the empty list and for text that is not a list at all.

    A text is taken whole or not at all, because half of a truncated or hostile list would look like a true one.
    Takes what `bitmap_parselist` takes (lib/bitmap-str.c): single ids, ranges, and `range:used/group`; and the
    `range:step` that util-linux writes.
    """
    ids: set[int] = set()
    left = MAX_ID + 1  # the kernel's lists do not repeat themselves; this bounds the work on one that does
    for part in text.strip(_BLANK).split(","):
        match = _PART.fullmatch(part.strip())
        members = match and _members(*(None if group is None else int(group) for group in match.groups()))
        if not members or len(members) > left:
            return ()
        left -= len(members)
        ids.update(members)
    return tuple(sorted(ids))


def _members(first: int | None, last: int | None, used: int | None, group: int | None) -> Sequence[int]:
    if first is None or first > MAX_ID:
        return ()
    if last is None:
        return (first,)
    if not first <= last <= MAX_ID:
        return ()
    if used is None:
        return range(first, last + 1)
    if group is None:
        used, group = 1, used
    if not 0 < used <= group:
        return ()
    return [cpu for cpu in range(first, last + 1) if (cpu - first) % group < used]


def format(ids: Iterable[int]) -> str:
    """The shortest list text of these ids, as the kernel's `%*pbl` writes it: "0-3,8"; "" for none."""
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in _runs(sorted(set(ids))))


def _runs(ids: list[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for place in range(1, len(ids) + 1):
        if place == len(ids) or ids[place] != ids[place - 1] + 1:
            yield ids[start], ids[place - 1]
            start = place


def parse_mask(text: str) -> tuple[int, ...]:
    """The ids of a mask of comma separated 32-bit hexadecimal groups, the highest first; () where it is not a mask."""
    groups = text.strip(_BLANK).removeprefix("0x").split(",")
    if len(groups) > MAX_ID // 32 + 1 or not all(_GROUP.fullmatch(group) for group in groups):
        return ()
    # Only the first group may be short; a text without commas is one number of any length.
    digits = "".join(groups[:1] + [group.rjust(8, "0") for group in groups[1:]])
    if len(digits) > (MAX_ID + 1) // 4:
        return ()
    return tuple(_bits(int(digits, 16)))


def _bits(mask: int) -> Iterator[int]:
    """Set bits, ascending; over the binary text, because shifting a long number bit by bit is quadratic."""
    return (place for place, bit in enumerate(reversed(f"{mask:b}")) if bit == "1")
