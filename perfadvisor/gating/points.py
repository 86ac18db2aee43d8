"""Results of any benchmark for the history, as CSV: one row a series and point in time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.gating.csv_rows import better, given, number, parsed, read_text, rows_of
from perfadvisor.model.result import Better

COLUMNS = ("series", "time", "value")


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One value of one series. `time` is seconds since the epoch; `better` is "" where the file does not say."""

    series: str
    time: float
    value: float
    commit: str = ""
    unit: str = ""
    better: Better = ""


def read_points(path: Path) -> Iterator[Point]:
    """The points in a history CSV, in the file's order; optional columns are commit, unit and better."""
    place = ""
    for place, row in rows_of(read_text(path), str(path), COLUMNS):
        yield Point(
            series=given(row, "series", place),
            time=_time(row["time"], place),
            value=number(row["value"], place, "value"),
            commit=row.get("commit", ""),
            unit=row.get("unit", ""),
            better=better(row.get("better", ""), place, optional=True),
        )
    if not place:
        raise InputError(f"{path}: no rows")


def _time(text: str, place: str) -> float:
    """Seconds since the epoch, or an ISO 8601 time (UTC where it names no zone)."""
    try:
        return number(text, place, "time")
    except InputError:
        moment = parsed(datetime.fromisoformat, text, f"{place}: time {text[:40]!r} is neither seconds nor ISO 8601")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
