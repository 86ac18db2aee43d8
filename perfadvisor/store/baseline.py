"""A baseline out of the history, and how much results vary from one session to the next."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, RowMapping, select

from perfadvisor.errors import InputError
from perfadvisor.model.gate import Runs, Side
from perfadvisor.model.history import SeriesKey
from perfadvisor.store import checked
from perfadvisor.store.database import Database
from perfadvisor.store.query import all_series
from perfadvisor.store.schema import POINTS, RUNS, SERIES

LAST = "last"
FEWEST_SESSIONS = 10
SESSIONS = 50  # older ones say less about today's spread


def stored_side(place: str, reference: str) -> Side:
    """The run with this id (or the beginning of one), or the newest for "last", as one side of a gate. InputError
    where there is none, or several begin so."""
    database = Database(place)
    with database.reading() as connection:
        return _side(connection, _run(connection, reference, database.name))


def _run(connection: Connection, reference: str, name: str) -> Row[Any, Any, Any]:
    query = select(RUNS.c.id, RUNS.c.kind, RUNS.c.marks)
    if reference == LAST:
        found = connection.execute(query.order_by(RUNS.c.started.desc(), RUNS.c.id).limit(1)).all()
    else:
        found = connection.execute(query.where(RUNS.c.id.startswith(reference, autoescape=True)).limit(2)).all()
        found = [row for row in found if row[0] == reference] or list(found)
    if not reference or not found:
        raise InputError(f"{name}: no run {reference!r} in the history", "perfadvisor history list --runs")
    if len(found) > 1:
        raise InputError(f"{name}: several runs begin with {reference!r}", "give more of its id")
    return found[0]


def _side(connection: Connection, run: Row[Any, Any, Any]) -> Side:
    query = select(SERIES, POINTS).join(POINTS, POINTS.c.series_id == SERIES.c.id).where(POINTS.c.run_id == run[0])
    rows = connection.execute(query).mappings().all()
    several = len({row["environment"] for row in rows}) > 1
    runs = [_runs(row, several) for row in rows]
    fingerprint = next((checked.text(row["fingerprint"]) for row in rows), "")
    return Side(
        name=f"history:{checked.text(run[0])}",
        runs={one.key: one for one in runs},
        fingerprint=fingerprint,
        kind=checked.text(run[1]),
        marks=checked.marks(run[2]),
    )


def _runs(row: RowMapping, several: bool) -> Runs:
    key = SeriesKey(workload=checked.text(row["workload"]), environment=checked.text(row["environment"]))
    return Runs(
        workload=named(key, several),
        metric=checked.text(row["metric"]),
        unit=checked.text(row["unit"]),
        better=checked.better(row["better"]),
        values=checked.numbers(row["fresh_runs"]) or (checked.number(row["value"]),),
    )


def between_sessions(place: str, runs: Runs, fingerprint: str) -> float | None:
    """The relative standard deviation of a metric's level from session to session on this hardware; None where the
    history holds fewer than 10 sessions of it."""
    levels = _levels(place).get((runs.workload, runs.metric, fingerprint), ())
    return session_spread(levels) if len(levels) >= FEWEST_SESSIONS else None


def session_spread(levels: Iterable[float]) -> float:
    """The standard deviation of logs of levels, from differences of neighbours: a real change must not widen it."""
    logs = np.log(np.array([level for level in levels if level > 0][-SESSIONS:]))
    return float(np.sqrt(np.mean(np.diff(logs) ** 2) / 2)) if logs.size > 1 else 0.0


@cache
def _levels(place: str) -> dict[tuple[str, str, str], tuple[float, ...]]:
    with Database(place).reading() as connection:
        found = [(one.key, one.values) for one in all_series(connection)]
    by_name = {(named(key, True), key.metric, key.fingerprint): values for key, values in found}
    plain = [(key.workload, key.metric, key.fingerprint) for key, _ in found]
    alone = {where: values for where, (_, values) in zip(plain, found, strict=True) if plain.count(where) == 1}
    return by_name | alone


def named(key: SeriesKey, several: bool) -> str:
    """What a gate calls the workload: with its environment where a run has several."""
    return f"{key.workload}@{key.environment}" if several and key.environment else key.workload
