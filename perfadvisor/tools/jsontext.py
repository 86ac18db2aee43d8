"""JSON documents in what a program printed: with notes before, between and after them, a byte order mark, cut short."""

import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# A document starts at the beginning of a line (or of everything): inside one, braces are indented or follow a key.
_START = re.compile(r"(?:\A\s*|^)(?=\{)", re.MULTILINE)
MAX_DOCUMENTS = 10_000
KEPT_BYTES = 8 << 20  # who recognises a file and who reads it ask one after the other
MAX_BROKEN = 50  # Python counts lines up to every error, so many of them in a large file would take for ever


@dataclass(frozen=True, kw_only=True, slots=True)
class JsonText:
    """`documents` are the JSON objects in their order; `around` is the (stripped) text before the first, between them,
    and after the last, so one longer. `broken` says why something that starts like an object after the last good one
    does not parse."""

    documents: tuple[dict[str, Any], ...]
    around: tuple[str, ...]
    broken: str = ""
    bom: bool = False
    text: str = ""

    @property
    def outside(self) -> str:
        """All text that is not JSON."""
        return "\n".join(part for part in self.around if part)


def split(data: bytes) -> JsonText:
    """What a program printed, taken apart. Never raises; undecodable bytes become U+FFFD. The documents are shared by
    all who ask for the same bytes: they are not to be changed."""
    return _last_split(data) if len(data) <= KEPT_BYTES else _split(data)


def _split(data: bytes) -> JsonText:
    text = decode(data)
    documents: list[dict[str, Any]] = []
    around: list[str] = []
    broken, last = "", 0
    for start, end, found in _objects(text):
        if isinstance(found, str):
            broken = broken or found
            continue
        documents.append(found)
        around.append(text[last:start].strip())
        broken, last = "", end
    return JsonText(
        documents=tuple(documents),
        around=(*around, text[last:].strip()),
        broken=broken,
        bom=data.startswith((BOM_UTF8, BOM_UTF16_LE, BOM_UTF16_BE)),
        text=text,
    )


_last_split = lru_cache(maxsize=1)(_split)


def decode(data: bytes) -> str:
    """The bytes as text: UTF-16 where a byte order mark shows it (PowerShell's `>` writes it), else UTF-8; no CRs."""
    utf16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    text = data.decode("utf-16" if utf16 else "utf-8-sig", "replace")
    return text.replace("\r\n", "\n")


def _objects(text: str) -> Iterator[tuple[int, int, dict[str, Any] | str]]:
    """(start, end, object or why it does not parse) for everything that begins like a document."""
    position = failures = 0
    for _ in range(MAX_DOCUMENTS):
        match = _START.search(text, position)
        if match is None or failures > MAX_BROKEN:
            return
        start = match.end()
        found, position = _decoded(text, start)
        failures += isinstance(found, str)
        yield start, position, found


def _decoded(text: str, start: int) -> tuple[dict[str, Any] | str, int]:
    try:
        found, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        cut = not text[error.pos :].strip() or "Unterminated string" in error.msg
        line = text.count("\n", 0, error.pos) + 1
        reason = "the JSON ends in the middle" if cut else f"broken JSON in line {line}: {error.msg}"
        return reason, max(start + 1, error.pos)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; nested thousands deep
        return f"unusable JSON: {str(error).split(';')[0]}", len(text)
    return found, end


def _no_number(_: str) -> None:
    """NaN and Infinity are not JSON, although Python reads them: here they are no value."""


_DECODER = json.JSONDecoder(parse_constant=_no_number)
