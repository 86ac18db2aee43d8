"""Results of any benchmark for the gate, as CSV: one row a fresh run and metric."""

from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.gating.csv_rows import better, given, number, read_text, rows_of
from perfadvisor.model.gate import Runs, Side
from perfadvisor.model.result import Better

COLUMNS = ("workload", "metric", "unit", "better", "value")
_Found = tuple[str, Better, float, float | None]  # unit, better, value, time


def read_side(path: Path) -> Side:
    """The fresh runs in a gate CSV. InputError, naming file and line, for whatever cannot be used."""
    return side_of(read_text(path), str(path))


def side_of(text: str, name: str) -> Side:
    """The fresh runs in the text of a gate CSV; an optional column `time` says when each ran, in seconds."""
    found: dict[tuple[str, str], list[_Found]] = {}
    for place, row in rows_of(text, name, COLUMNS):
        key = given(row, "workload", place), given(row, "metric", place)
        time = number(row["time"], place, "time") if row.get("time") else None
        one = (row["unit"], better(row["better"], place), number(row["value"], place, "value"), time)
        same = found.setdefault(key, [])
        if same and same[0][:2] != one[:2]:
            raise InputError(f"{place}: {key[0]}/{key[1]} has another unit or direction than in an earlier row")
        same.append(one)
    if not found:
        raise InputError(f"{name}: no rows", "write one row for each fresh run of the benchmark")
    return Side(name=name, runs={key: _runs(key, rows) for key, rows in found.items()})


def _runs(key: tuple[str, str], rows: list[_Found]) -> Runs:
    times = tuple(time for *_, time in rows if time is not None)
    return Runs(
        workload=key[0],
        metric=key[1],
        unit=rows[0][0],
        better=rows[0][1],
        values=tuple(value for _, _, value, _ in rows),
        times=times if len(times) == len(rows) else (),
    )
