"""Results of any benchmark as CSV: one row a fresh run for the gate, one row a point in time for the history."""

import csv
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import TypeVar

from perfadvisor.errors import InputError
from perfadvisor.model.gate import Runs, Side
from perfadvisor.model.result import Better

MAX_BYTES = 64 << 20
GATE_COLUMNS = ("workload", "metric", "unit", "better", "value")
HISTORY_COLUMNS = ("series", "time", "value")
Row = dict[str, str]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One value of one series. `time` is seconds since the epoch; `better` is "" where the file does not say."""

    series: str
    time: float
    value: float
    commit: str = ""
    unit: str = ""
    better: Better = ""


def read_side(path: Path) -> Side:
    """The fresh runs in a gate CSV. InputError, naming file and line, for whatever cannot be used."""
    return side_of(read_text(path), str(path))


def side_of(text: str, name: str) -> Side:
    """The fresh runs in the text of a gate CSV."""
    found: dict[tuple[str, str], list[tuple[str, Better, float, float | None]]] = {}
    for place, row in _rows(text, name, GATE_COLUMNS):
        key = _given(row, "workload", place), _given(row, "metric", place)
        time = _number(row["time"], place, "time") if row.get("time") else None
        one = (row["unit"], _better(row["better"], place), _number(row["value"], place, "value"), time)
        same = found.setdefault(key, [])
        if same and same[0][:2] != one[:2]:
            raise InputError(f"{place}: {key[0]}/{key[1]} has another unit or direction than in an earlier row")
        same.append(one)
    if not found:
        raise InputError(f"{name}: no rows", "write one row for each fresh run of the benchmark")
    return Side(name=name, runs={key: _runs(key, rows) for key, rows in found.items()})


def _runs(key: tuple[str, str], rows: list[tuple[str, Better, float, float | None]]) -> Runs:
    times = tuple(time for *_, time in rows if time is not None)
    return Runs(
        workload=key[0],
        metric=key[1],
        unit=rows[0][0],
        better=rows[0][1],
        values=tuple(value for _, _, value, _ in rows),
        times=times if len(times) == len(rows) else (),
    )


def read_points(path: Path) -> Iterator[Point]:
    """The points in a history CSV, in the file's order; optional columns are commit, unit and better."""
    for place, row in _rows(read_text(path), str(path), HISTORY_COLUMNS):
        yield Point(
            series=_given(row, "series", place),
            time=_time(row["time"], place),
            value=_number(row["value"], place, "value"),
            commit=row.get("commit", ""),
            unit=row.get("unit", ""),
            better=_better(row.get("better", ""), place, optional=True),
        )


def read_text(path: Path) -> str:
    """The text of a regular file of sane size; InputError otherwise."""
    if not path.is_file():
        raise InputError(f"{path}: no such file", "give a run's folder, a CSV file, or history:RUN")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"{path}: larger than {MAX_BYTES >> 20} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start})") from None


def _rows(text: str, name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    reader = csv.DictReader(StringIO(text), strict=True)
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


def _given(row: Row, column: str, place: str) -> str:
    if not row[column]:
        raise InputError(f"{place}: {column} is empty")
    return row[column]


def _number(text: str, place: str, column: str) -> float:
    value = _parsed(float, text, f"{place}: {column} {text[:40]!r} is not a number")
    if not math.isfinite(value):
        raise InputError(f"{place}: {column} is {text[:40]}", "leave a failed run out, or fix what wrote this")
    return value


def _better(text: str, place: str, optional: bool = False) -> Better:
    if text in ("higher", "lower"):
        return "higher" if text == "higher" else "lower"
    if optional and not text:
        return ""
    raise InputError(f"{place}: better is {text[:40]!r}", "it is `higher` or `lower`")


def _time(text: str, place: str) -> float:
    """Seconds since the epoch, or an ISO 8601 time (UTC where it names no zone)."""
    try:
        return _number(text, place, "time")
    except InputError:
        moment = _parsed(datetime.fromisoformat, text, f"{place}: time {text[:40]!r} is neither seconds nor ISO 8601")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _parsed(parse: Callable[[str], T], text: str, message: str) -> T:
    try:
        return parse(text)
    except ValueError:
        raise InputError(message) from None
