"""Ask the store for machines: the newest reading of each, and how settings changed over time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from perfadvisor.model.fact import Scalar
from perfadvisor.model.fleet import FleetCell, FleetFinding, HostRecord, SettingKey
from perfadvisor.store import checked
from perfadvisor.store.machines import restored
from perfadvisor.store.schema import (
    MACHINE_CELLS,
    MACHINE_DIGESTS,
    MACHINE_FACTS,
    MACHINE_FINDINGS,
    MACHINE_REPORT_SETS,
    MACHINE_REPORTS,
    MACHINES,
)

AT_ONCE = 200  # machines whose rows are asked for together: few enough that memory stays flat
_FACT = (
    MACHINE_FACTS.c.name,
    MACHINE_FACTS.c.subject,
    MACHINE_FACTS.c.type,
    MACHINE_FACTS.c.number,
    MACHINE_FACTS.c.words,
)
_HELD = select(*MACHINE_REPORT_SETS.c)
_FACTS = select(MACHINE_FACTS.c.set_id, *_FACT)
_CELLS = select(*MACHINE_CELLS.c)
_FINDINGS = select(*MACHINE_FINDINGS.c)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredReading:
    """One reading of one machine."""

    report: int
    host: str
    time: float
    cohort: str
    identity: str
    findings: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingMove:
    """A setting that had another value in the reading before."""

    host: str
    time: float
    key: SettingKey
    before: Scalar
    after: Scalar


def newest() -> Select[tuple[int]]:
    """The ids of the newest reading of each machine."""
    place = func.row_number().over(
        partition_by=MACHINE_REPORTS.c.machine_id,
        order_by=(MACHINE_REPORTS.c.time.desc(), MACHINE_REPORTS.c.id.desc()),
    )
    ranked = select(MACHINE_REPORTS.c.id, place.label("place")).subquery()
    return select(ranked.c.id).where(ranked.c.place == 1)


def newest_reports(connection: Connection) -> frozenset[int]:
    """The same, read."""
    return frozenset(int(row.id) for row in connection.execute(newest()))


def machine_digests(connection: Connection) -> Iterator[tuple[tuple[int, ...], str]]:
    """What comparisons need, as it was stored: ids of readings, and their digest."""
    query = select(MACHINE_DIGESTS.c.reports, MACHINE_DIGESTS.c.digest).order_by(MACHINE_DIGESTS.c.id)
    for reports, digest in connection.execute(query):
        yield tuple(map(int, checked.numbers(reports))), checked.text(digest)


def machine_list(connection: Connection) -> tuple[StoredReading, ...]:
    """The newest reading of every machine, by name."""
    counts = (
        select(MACHINE_FINDINGS.c.report_id, func.count().label("findings"))
        .group_by(MACHINE_FINDINGS.c.report_id)
        .subquery()
    )
    query = (
        select(MACHINE_REPORTS, MACHINES.c.name, func.coalesce(counts.c.findings, 0))
        .join(MACHINES, MACHINES.c.id == MACHINE_REPORTS.c.machine_id)
        .outerjoin(counts, counts.c.report_id == MACHINE_REPORTS.c.id)
        .where(MACHINE_REPORTS.c.id.in_(newest()))
        .order_by(MACHINES.c.name)
    )
    return tuple(
        StoredReading(
            report=row.id,
            host=row.name,
            time=row.time,
            cohort=row.cohort,
            identity=row.identity,
            findings=row[-1],
        )
        for row in connection.execute(query)
    )


def machine_records(connection: Connection, host: str = "") -> Iterator[HostRecord]:
    """The newest record of every machine, or of one, by name: one at a time."""
    query = (
        select(MACHINE_REPORTS, MACHINES.c.name)
        .join(MACHINES, MACHINES.c.id == MACHINE_REPORTS.c.machine_id)
        .where(MACHINE_REPORTS.c.id.in_(newest()))
        .order_by(MACHINES.c.name)
    )
    if host:
        query = query.where(MACHINES.c.name == host)
    reports = connection.execute(query).all()
    for start in range(0, len(reports), AT_ONCE):  # a query for each would take most of the time
        yield from _records(connection, reports[start : start + AT_ONCE])


_Rows = dict[int, list[tuple[Any, ...]]]


def _records(connection: Connection, reports: Sequence[Row[Any]]) -> Iterator[HostRecord]:
    ids = [row.id for row in reports]
    held, cells, findings = (_rows(connection, query, ids) for query in (_HELD, _CELLS, _FINDINGS))
    rows = _rows(
        connection, _FACTS, select(MACHINE_REPORT_SETS.c.set_id).where(MACHINE_REPORT_SETS.c.report_id.in_(ids))
    )
    sets = {one: tuple(starmap(restored, facts)) for one, facts in rows.items()}
    for row in reports:
        yield HostRecord(
            host=row.name,
            source=row.source,
            content=row.content,
            taken=row.taken,
            received=row.received,
            version=row.version,
            cohort=row.cohort,
            identity=row.identity,
            environment=row.environment,
            facts=tuple(fact for (one,) in held.get(row.id, ()) for fact in sets.get(one, ())),
            cells=tuple(starmap(FleetCell, cells.get(row.id, ()))),
            findings=tuple(starmap(FleetFinding, findings.get(row.id, ()))),
        )


def _rows(connection: Connection, query: Select[Any], ids: Sequence[int] | Select[Any]) -> _Rows:
    """Reading, or set of facts -> its rows."""
    found: _Rows = {}
    for owner, *row in connection.execute(query.where(query.selected_columns[0].in_(ids))):
        found.setdefault(owner, []).append(tuple(row))
    return found


def setting_moves(connection: Connection, names: Iterable[str], host: str = "") -> Iterator[SettingMove]:
    """Every change of these facts from one reading of a machine to the next, by host, fact and time."""
    query = (
        select(MACHINES.c.name, MACHINE_REPORTS.c.time, *_FACT)
        .join(MACHINE_REPORTS, MACHINE_REPORTS.c.machine_id == MACHINES.c.id)
        .join(MACHINE_REPORT_SETS, MACHINE_REPORT_SETS.c.report_id == MACHINE_REPORTS.c.id)
        .join(MACHINE_FACTS, MACHINE_FACTS.c.set_id == MACHINE_REPORT_SETS.c.set_id)
        .where(MACHINE_FACTS.c.name.in_(sorted(names)))
        .order_by(
            MACHINES.c.name, MACHINE_FACTS.c.name, MACHINE_FACTS.c.subject, MACHINE_REPORTS.c.time, MACHINE_REPORTS.c.id
        )
    )
    if host:
        query = query.where(MACHINES.c.name == host)
    last: tuple[str, SettingKey] | None = None
    before: Scalar = ""
    for name, time, *row in connection.execute(query):
        fact = restored(*row)
        here = (name, SettingKey(fact.name, fact.subject))
        if here == last and fact.value != before:
            yield SettingMove(host=name, time=time, key=here[1], before=before, after=fact.value)
        last, before = here, fact.value
