"""CSV from other programs: every row as text by column, every mistake with its file and line."""

import csv
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from perfadvisor.errors import InputError
from perfadvisor.model.result import Better

MAX_BYTES = 64 << 20
Row = dict[str, str]
T = TypeVar("T")


def read_text(path: Path) -> str:
    """The text of a regular file of sane size; InputError otherwise."""
    if not path.is_file():
        raise InputError(f"{path}: no such file", "give a run's directory, a CSV file, or history:RUN")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"{path}: larger than {MAX_BYTES >> 20} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start})") from None


def rows_of(text: str, name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """Each row with its place, `name:line`. InputError where a column is missing, or a row has more or fewer."""
    reader = csv.DictReader(_lines(text), strict=True)
    try:
        header = reader.fieldnames or ()
        missing = [column for column in columns if column not in header]
        if missing:
            raise InputError(f"{name}:1: no column {missing[0]!r}", f"the columns are {', '.join(columns)}")
        for row in reader:
            place = f"{name}:{reader.line_num}"
            if None in row or None in row.values():
                raise InputError(f"{place}: {len(header)} columns in the header, another number here")
            yield place, {key: value.strip() for key, value in row.items()}
    except csv.Error as error:
        raise InputError(f"{name}:{reader.line_num}: not CSV: {error}") from None


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends: `StringIO` would keep four bytes per character."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def given(row: Row, column: str, place: str) -> str:
    """The text in a column; InputError where it is empty."""
    if not row[column]:
        raise InputError(f"{place}: {column} is empty")
    return row[column]


def number(text: str, place: str, column: str) -> float:
    """A finite number; InputError for anything else."""
    value = parsed(float, text, f"{place}: {column} {text[:40]!r} is not a number")
    if not math.isfinite(value):
        raise InputError(f"{place}: {column} is {text[:40]}", "leave a failed run out, or fix what wrote this")
    return value


def better(text: str, place: str, *, optional: bool = False) -> Better:
    """Which way is better; "" where the file need not say."""
    if text in ("higher", "lower"):
        return "higher" if text == "higher" else "lower"
    if optional and not text:
        return ""
    raise InputError(f"{place}: better is {text[:40]!r}", "it is `higher` or `lower`")


def parsed(parse: Callable[[str], T], text: str, message: str) -> T:
    """What `parse` makes of the text; InputError with this message where it cannot."""
    try:
        return parse(text)
    except ValueError:
        raise InputError(message) from None
