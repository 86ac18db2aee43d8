"""Put runs and points into the history: everything of one call or nothing, and never twice."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Table, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from perfadvisor.errors import InputError
from perfadvisor.model.history import SeriesKey
from perfadvisor.model.result import Better
from perfadvisor.store.schema import POINTS, RUNS, SERIES

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
BATCH = 5_000
MOST_IN_LIST = 900  # SQLite before 3.32 took 999 parameters
KEY = (SERIES.c.workload, SERIES.c.metric, SERIES.c.environment, SERIES.c.fingerprint)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredRun:
    """One run: `id` makes it the same run when it comes again; `marks` are versions that annotate its points."""

    id: str
    started: float
    commit: str = ""
    source: str = ""
    kind: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPoint:
    """One result of one run: `value` sums up `fresh_runs`."""

    run_id: str
    key: SeriesKey
    unit: str
    better: Better
    time: float
    value: float
    fresh_runs: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Ingested:
    """How many points were new, and how many were there already."""

    new: int
    known: int


def ingest(connection: Connection, runs: Iterable[StoredRun], points: Iterable[StoredPoint]) -> Ingested:
    """Add what is not there yet. InputError where a series has another unit or direction, or a point another value."""
    points = list(points)
    _insert(connection, RUNS, [_run_row(run) for run in sorted(runs, key=lambda run: run.id)])
    ids = _series_ids(connection, points)
    rows: dict[tuple[int, str], StoredPoint] = {}
    for point in points:
        _require_same(point, rows.setdefault((ids[point.key], point.run_id), point).value)
    known = _known(connection, list(rows))
    for key, value in known.items():
        _require_same(rows[key], value)
    fresh = [_point_row(key, point) for key, point in rows.items() if key not in known]
    _insert(connection, POINTS, fresh)
    return Ingested(new=len(fresh), known=len(points) - len(fresh))


def _require_same(point: StoredPoint, before: float) -> None:
    if point.value != before:
        raise InputError(
            f"{point.key.name}: {point.run_id} is in the history with another value ({before:g})",
            "a result is never overwritten: give the new one its own time or commit",
        )


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert what is not there; another writer may be adding the same."""
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        if connection.dialect.name == "postgresql":
            _insert_arrays(connection, table, some)
        else:
            connection.execute(sqlite.insert(table).on_conflict_do_nothing(), some)


def _insert_arrays(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """One statement with an array for each column: row by row, PostgreSQL takes three times as long."""
    names = list(rows[0])
    arrays = (func.unnest(bindparam(name, type_=postgresql.ARRAY(table.c[name].type))) for name in names)
    statement = postgresql.insert(table).from_select(names, select(*arrays)).on_conflict_do_nothing()
    connection.execute(statement, {name: [row[name] for row in rows] for name in names})


def _run_row(run: StoredRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "started": run.started,
        "commit_id": run.commit,
        "source": run.source,
        "kind": run.kind,
        "marks": json.dumps(dict(run.marks), sort_keys=True),
    }


def _point_row(key: tuple[int, str], point: StoredPoint) -> dict[str, Any]:
    return {
        "series_id": key[0],
        "run_id": key[1],
        "time": point.time,
        "value": point.value,
        "fresh_runs": json.dumps(point.fresh_runs),
    }


def _series_ids(connection: Connection, points: list[StoredPoint]) -> dict[SeriesKey, int]:
    """The ids of all series, new ones made; in sorted order, so that writers never wait for each other in a ring."""
    wanted = _said(points)
    known = _stored_series(connection, wanted)
    missing = sorted(wanted.keys() - known.keys(), key=lambda key: (key.name, key.fingerprint))
    if missing:
        _insert(connection, SERIES, [_series_row(key, *wanted[key]) for key in missing])
        known = _stored_series(connection, wanted)
    for key in sorted(wanted, key=lambda key: known[key][0]):
        series_id, *before = known[key]
        unit, better = _agreed(key, (before[0], before[1]), wanted[key])
        if [unit, better] != before:
            connection.execute(update(SERIES).where(SERIES.c.id == series_id).values(unit=unit, better=better))
    return {key: known[key][0] for key in wanted}


def _said(points: list[StoredPoint]) -> dict[SeriesKey, tuple[str, str]]:
    """Each series' unit and direction, "" where no point says one."""
    found: dict[SeriesKey, tuple[str, str]] = {}
    for point in points:
        one = (point.unit, point.better)
        before = found.setdefault(point.key, one)
        if before != one:
            found[point.key] = _agreed(point.key, before, one)
    return found


def _agreed(key: SeriesKey, before: tuple[str, str], now: tuple[str, str]) -> tuple[str, str]:
    """Unit and direction that both say; what one leaves out the other may say, also later."""
    if any(a and b and a != b for a, b in zip(before, now, strict=True)):
        told = [f"{unit or 'no unit'}, better {better or 'unsaid'}" for unit, better in (now, before)]
        raise InputError(
            f"{key.name}: {told[0]}; before it was {told[1]}", "convert it, or give the series another name"
        )
    return before[0] or now[0], before[1] or now[1]


def _series_row(key: SeriesKey, unit: str, better: str) -> dict[str, Any]:
    return {
        "workload": key.workload,
        "metric": key.metric,
        "environment": key.environment,
        "fingerprint": key.fingerprint,
        "unit": unit,
        "better": better,
    }


def _stored_series(connection: Connection, wanted: Iterable[SeriesKey]) -> dict[SeriesKey, tuple[int, str, str]]:
    query = select(SERIES.c.id, SERIES.c.unit, SERIES.c.better, *KEY)
    found: dict[SeriesKey, tuple[int, str, str]] = {}
    for some in _parts(sorted({key.workload for key in wanted}), MOST_IN_LIST):
        for row in connection.execute(query.where(SERIES.c.workload.in_(some))):
            key = SeriesKey(workload=row[3], metric=row[4], environment=row[5], fingerprint=row[6])
            found[key] = (row[0], row[1], row[2])
    return found


def _known(connection: Connection, keys: list[tuple[int, str]]) -> dict[tuple[int, str], float]:
    """The values of those points that are there already.

    One query per run or per series, whichever are fewer: SQLite scans the whole table for pairs in a list of values,
    but uses the index for a list of one column of the key."""
    query = select(POINTS.c.series_id, POINTS.c.run_id, POINTS.c.value)
    by_series, by_run = _grouped(keys), _grouped([(run, series) for series, run in keys])
    asked: list[tuple[ColumnElement[bool], Column[Any], list[Any]]]
    if len(by_series) <= len(by_run):
        asked = [(POINTS.c.series_id == series, POINTS.c.run_id, runs) for series, runs in by_series.items()]
    else:
        asked = [(POINTS.c.run_id == run, POINTS.c.series_id, series) for run, series in by_run.items()]
    found: dict[tuple[int, str], float] = {}
    for one, other, values in asked:
        for some in _parts(values, MOST_IN_LIST):
            found.update(((row[0], row[1]), row[2]) for row in connection.execute(query.where(one, other.in_(some))))
    return found


def _grouped(pairs: list[tuple[A, B]]) -> dict[A, list[B]]:
    """The second halves by the first."""
    found: dict[A, list[B]] = {}
    for first, second in pairs:
        found.setdefault(first, []).append(second)
    return found


def _parts(values: list[T], size: int) -> Iterator[list[T]]:
    return (values[start : start + size] for start in range(0, len(values), size))
