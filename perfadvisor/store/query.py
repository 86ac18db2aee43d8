"""Ask the history: which series there are, and their points in order of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from perfadvisor.model.history import Series, SeriesKey
from perfadvisor.store import checked
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
        Listed(
            key=_key(row[1:5]),
            unit=checked.text(row[5]),
            better=checked.text(row[6]),
            points=row[7],
            first=checked.number(row[8]),
            last=checked.number(row[9]),
        )
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


def _key(row: Sequence[object]) -> SeriesKey:
    return SeriesKey(
        workload=checked.text(row[0]),
        metric=checked.text(row[1]),
        environment=checked.text(row[2]),
        fingerprint=checked.text(row[3]),
    )


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
        marks[text] = checked.marks(text)  # few different ones, each read once
    return Series(
        key=key,
        unit=checked.text(unit),
        better=checked.better(better),
        times=tuple(checked.number(point[0]) for point in points),
        values=tuple(checked.number(point[1]) for point in points),
        commits=tuple(checked.text(point[2]) for point in points),
        marks=tuple(marks[point[3]] for point in points),
    )


def reported(connection: Connection) -> frozenset[tuple[str, str]]:
    """Id and kind of the changes that were reported before."""
    return frozenset((row[0], row[1]) for row in connection.execute(select(ALERTS.c.change_id, ALERTS.c.kind)))
