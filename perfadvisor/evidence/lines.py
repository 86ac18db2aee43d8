"""Lines as a command printed them: without quote marks, line numbers, colours and what mail and editors add."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
_QUOTE = re.compile(r"(?:> ?)+")
_NUMBER = re.compile(r" *([0-9]{1,6})(?:[:|.)]|\t| {2,}|$) ?")
_FEWEST_NUMBERED = 3
_BLOCK = " " * 4


@dataclass(frozen=True, slots=True)
class InputLine:
    """A line of a file: its number, from 1, and its text."""

    number: int
    text: str


def cleaned(data: bytes) -> list[InputLine]:
    """The lines of a file. Bytes that are no UTF-8 are kept (surrogateescape)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode()
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff").replace("\r\n", "\n")
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    lines = text.removesuffix("\n").split("\n")
    if not any(lines):
        return []
    return [
        InputLine(number, one)
        for number, one in enumerate(_unnumbered(_outdented([_unticked(_unquoted(line)) for line in lines])), 1)
    ]


def _outdented(lines: list[str]) -> list[str]:
    """Without the four spaces that make a block of code in a forum, where every line has them and one has no more."""
    full = [line for line in lines if line.strip()]
    if not full or not all(line.startswith(_BLOCK) for line in full) or all(line[4:5].isspace() for line in full):
        return lines
    return [line.removeprefix(_BLOCK) for line in lines]


def _unticked(line: str) -> str:
    """Without the one mark of code that stands around several lines, as people write who take it for a block."""
    return line.strip("`") if line.count("`") == 1 and "`" in (line[:1], line[-1:]) else line


def _unquoted(line: str) -> str:
    """Without the marks of a quoted mail; a shell's second prompt looks the same and is not output either."""
    match = _QUOTE.match(line) if line.startswith(">") else None
    return line[match.end() :] if match else line


def _unnumbered(lines: list[str]) -> Sequence[str]:
    """Without line numbers, where every line that is not blank has one and each is one more than that before."""
    matches = [(place, _NUMBER.match(line)) for place, line in enumerate(lines) if line.strip()]
    if len(matches) < _FEWEST_NUMBERED or not all(match for _, match in matches):
        return lines
    first = matches[0][0] - int(matches[0][1][1]) if matches[0][1] else 0
    if any(match and int(match[1]) != place - first for place, match in matches):
        return lines
    return [line[match.end() :] if (match := _NUMBER.match(line)) else line for line in lines]
