"""Tables that programs print for people: cells below headings, aligned left or right, some of them empty."""

import re
from collections.abc import Iterator, Sequence

_WORD = re.compile(r"\S+")
LONGEST_LINE = 2_000

Row = dict[str, str]


def words(line: str) -> list[tuple[int, int, str]]:
    """(start, end, word) of every word of a line."""
    return [(match.start(), match.end(), match[0]) for match in _WORD.finditer(line[:LONGEST_LINE])]


def rows(header: str, lines: Sequence[str]) -> Iterator[Row]:
    """A dict for each line: heading -> cell. A word belongs to the heading that it stands under; one under none to the
    nearest heading on its left (a model of several words). Cells that are empty are left out."""
    heads = words(header)
    for line in lines:
        row: Row = {}
        for start, end, word in words(line):
            name = _heading(heads, start, end)
            if name:
                row[name] = f"{row[name]} {word}" if name in row else word
        if row:
            yield row


def _heading(heads: Sequence[tuple[int, int, str]], start: int, end: int) -> str:
    under = [name for first, last, name in heads if start < last and first < end]
    if under:
        return under[0] if len(under) == 1 else ""
    left = [name for first, _, name in heads if first <= start]
    return left[-1] if left else ""


def plain(header: str, lines: Sequence[str]) -> Iterator[Row]:
    """The same for tables whose cells are never empty: word for word."""
    heads = header.split()
    for line in lines:
        cells = line[:LONGEST_LINE].split()
        if len(cells) == len(heads):
            yield dict(zip(heads, cells, strict=True))


def sections(lines: Sequence[str], head: re.Pattern[str]) -> Iterator[tuple[re.Match[str], Sequence[str]]]:
    """(head, the lines below it) of every section that a line which matches `head` as a whole begins."""
    heads = [
        (place, match) for place, line in enumerate(lines) if (match := head.fullmatch(line[:LONGEST_LINE].strip()))
    ]
    for number, (start, match) in enumerate(heads):
        end = heads[number + 1][0] if number + 1 < len(heads) else len(lines)
        yield match, lines[start + 1 : end]
