"""Ask the history: which series there are, and their points in order of time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from perfadvisor.model.history import Series, SeriesKey
from perfadvisor.store.schema import ALERTS, POINTS, RUNS, SERIES


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One line of `history list`."""

    key: SeriesKey
    unit: str
    better: str
    points: int
    first: float
    last: float


def listed(connection: Connection) -> tuple[Listed, ...]:
    """Every series with how much there is of it."""
    query = (
        select(SERIES, func.count(), func.min(POINTS.c.time), func.max(POINTS.c.time))
        .join(POINTS, POINTS.c.series_id == SERIES.c.id)
        .group_by(SERIES.c.id)
        .order_by(SERIES.c.workload, SERIES.c.metric, SERIES.c.environment, SERIES.c.fingerprint)
    )
    return tuple(
        Listed(key=_key(row[1:5]), unit=row[5], better=row[6], points=row[7], first=row[8], last=row[9])
        for row in connection.execute(query)
    )


def all_series(connection: Connection, name: str = "") -> Iterator[Series]:
    """The series with this name ("workload/metric@environment"), or all; each with its points in order of time."""
    marks: dict[str, dict[str, str]] = {}
    rows = connection.execute(select(SERIES).order_by(SERIES.c.workload, SERIES.c.metric, SERIES.c.id)).all()
    for row in rows:
        key = _key(row[1:5])
        if name in ("", key.name):
            yield _series(connection, row[0], key, row[5], row[6], marks)


def _key(row: tuple[str, ...]) -> SeriesKey:
    return SeriesKey(workload=row[0], metric=row[1], environment=row[2], fingerprint=row[3])


def _series(
    connection: Connection, series_id: int, key: SeriesKey, unit: str, better: str, marks: dict[str, dict[str, str]]
) -> Series:
    query = (
        select(POINTS.c.time, POINTS.c.value, RUNS.c.commit_id, RUNS.c.marks)
        .join(RUNS, RUNS.c.id == POINTS.c.run_id)
        .where(POINTS.c.series_id == series_id)
        .order_by(POINTS.c.time, POINTS.c.run_id)
    )
    points = connection.execute(query).all()
    for text in {point[3] for point in points} - marks.keys():
        marks[text] = json.loads(text)  # few different ones, each read once
    return Series(
        key=key,
        unit=unit,
        better="higher" if better == "higher" else "lower" if better == "lower" else "",
        times=tuple(point[0] for point in points),
        values=tuple(point[1] for point in points),
        commits=tuple(point[2] for point in points),
        marks=tuple(marks[point[3]] for point in points),
    )


def reported(connection: Connection) -> frozenset[tuple[str, str]]:
    """Id and kind of the changes that were reported before."""
    return frozenset((row[0], row[1]) for row in connection.execute(select(ALERTS.c.change_id, ALERTS.c.kind)))
