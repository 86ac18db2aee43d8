"""Put machines of a fleet into the store: each reading once, all of a batch or nothing of it."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from perfadvisor.model.fact import Scalar
from perfadvisor.model.fleet import FleetFact, HostRecord
from perfadvisor.store.checked import LONGEST_BYTES
from perfadvisor.store.schema import (
    MACHINE_CELLS,
    MACHINE_DIGESTS,
    MACHINE_FACT_SETS,
    MACHINE_FACTS,
    MACHINE_FINDINGS,
    MACHINE_REPORT_SETS,
    MACHINE_REPORTS,
    MACHINES,
)

EXACT = 2**53  # whole numbers up to here are exact as a float
MOST_NAMES = 900  # of one query: SQLite before 3.32 took 999 parameters
NO_GROUPS: Mapping[str, str] = MappingProxyType({})

Rows = Iterable[tuple[Any, ...]]


def add_machines(
    connection: Connection, records: Sequence[tuple[HostRecord, float]], groups: Mapping[str, str] = NO_GROUPS
) -> dict[int, HostRecord]:
    """Add the readings that are not there yet, each with its time: these, by their new ids. What makes a reading the
    same is its machine and the content that was judged. Facts of one kind are stored once for all machines that have
    the same; `groups` tells names apart that had better not be stored together: what moves, and what seldom does."""
    names = sorted({record.host for record, _ in records})
    _insert_new(connection, MACHINES, [{"name": name} for name in names])
    ids = _ids(connection, names)
    known = _known(connection, sorted(ids.values()))
    fresh: dict[tuple[int, str], tuple[HostRecord, float]] = {}
    for record, time in records:
        key = (ids[record.host], record.content)
        if key not in known:
            fresh.setdefault(key, (record, time))
    if not fresh:
        return {}
    rows = [_report(machine, record, time) for (machine, _), (record, time) in fresh.items()]
    connection.execute(insert(MACHINE_REPORTS), rows)
    reports = _known(connection, sorted({machine for machine, _ in fresh}))
    whole = [(reports[key], record) for key, (record, _) in fresh.items()]
    _add_facts(connection, whole, groups)
    _copy(connection, MACHINE_CELLS, _cells(whole))
    _copy(connection, MACHINE_FINDINGS, _findings(whole))
    return dict(whole)


def add_digest(connection: Connection, reports: Sequence[int], digest: str) -> None:
    """Keep what a comparison needs of these readings; not where it is longer than any value may be."""
    if len(digest) < LONGEST_BYTES:
        connection.execute(insert(MACHINE_DIGESTS), [{"reports": json.dumps(reports), "digest": digest}])


def _insert_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(make(table).on_conflict_do_nothing(), rows)


def _ids(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(names), MOST_NAMES):
        some = MACHINES.c.name.in_(names[start : start + MOST_NAMES])
        found.update((row.name, row.id) for row in connection.execute(select(MACHINES).where(some)))
    return found


def _known(connection: Connection, machines: Sequence[int]) -> dict[tuple[int, str], int]:
    """Machine and content -> the reading."""
    columns = (MACHINE_REPORTS.c.machine_id, MACHINE_REPORTS.c.content, MACHINE_REPORTS.c.id)
    found: dict[tuple[int, str], int] = {}
    for start in range(0, len(machines), MOST_NAMES):
        some = MACHINE_REPORTS.c.machine_id.in_(machines[start : start + MOST_NAMES])
        found.update(((row[0], row[1]), row[2]) for row in connection.execute(select(*columns).where(some)))
    return found


def _report(machine: int, record: HostRecord, time: float) -> dict[str, Any]:
    return {
        "machine_id": machine,
        "content": record.content,
        "time": time,
        "taken": record.taken,
        "received": record.received,
        "source": record.source,
        "version": record.version,
        "cohort": record.cohort,
        "identity": record.identity,
        "environment": record.environment,
    }


def _add_facts(connection: Connection, whole: Sequence[tuple[int, HostRecord]], groups: Mapping[str, str]) -> None:
    """The facts of each reading as sets, of which those that are there already are only named."""
    contents: dict[str, Sequence[FleetFact]] = {}
    held: list[tuple[int, str]] = []
    for report, record in whole:
        for facts in _sets(record.facts, groups):
            content = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
            contents.setdefault(content, facts)
            held.append((report, content))
    known = _set_ids(connection, list(contents))
    missing = [content for content in contents if content not in known]
    if missing:
        connection.execute(insert(MACHINE_FACT_SETS), [{"content": content} for content in missing])
    added = _set_ids(connection, missing)
    _copy(connection, MACHINE_FACTS, (row for content in missing for row in _facts(added[content], contents[content])))
    ids = known | added
    _copy(connection, MACHINE_REPORT_SETS, dict.fromkeys((report, ids[content]) for report, content in held))


def _sets(facts: Iterable[FleetFact], groups: Mapping[str, str]) -> Iterable[list[FleetFact]]:
    """Each fact once, by kind and group."""
    found: dict[tuple[str, str], list[FleetFact]] = {}
    for fact in {(one.name, one.subject): one for one in facts}.values():
        found.setdefault((fact.name.partition(".")[0], groups.get(fact.name, "")), []).append(fact)
    return found.values()


def _set_ids(connection: Connection, contents: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(contents), MOST_NAMES):
        some = MACHINE_FACT_SETS.c.content.in_(contents[start : start + MOST_NAMES])
        found.update((row.content, row.id) for row in connection.execute(select(MACHINE_FACT_SETS).where(some)))
    return found


def _facts(number: int, facts: Iterable[FleetFact]) -> Iterator[tuple[Any, ...]]:
    return ((number, fact.name, fact.subject, *stored(fact.value)) for fact in facts)


def stored(value: Scalar) -> tuple[str, float | None, str | None]:
    """A value as it is stored: type, number, words."""
    if isinstance(value, str):
        return "str", None, value
    words = str(value) if isinstance(value, int) and abs(value) > EXACT else None
    return type(value).__name__, float(value), words


def restored(name: str, subject: str, kind: str, number: float | None, words: str | None) -> FleetFact:
    """The fact of a stored row."""
    if kind == "str" or number is None:
        return FleetFact(name, subject, words or "")
    if kind == "int":
        return FleetFact(name, subject, int(words) if words else int(number))
    return FleetFact(name, subject, bool(number) if kind == "bool" else number)


def _cells(whole: Iterable[tuple[int, HostRecord]]) -> Iterator[tuple[Any, ...]]:
    for report, record in whole:
        for cell in {(one.workload, one.environment, one.metric): one for one in record.cells}.values():
            yield (report, *cell)


def _findings(whole: Iterable[tuple[int, HostRecord]]) -> Iterator[tuple[Any, ...]]:
    for report, record in whole:
        for one in {(one.rule, one.environment, one.subject): one for one in record.findings}.values():
            yield (report, *one)


def _copy(connection: Connection, table: Table, rows: Rows) -> None:
    """Many rows at once: by COPY into PostgreSQL, which takes a fifth of the time of INSERT."""
    names = [column.name for column in table.columns]
    if connection.dialect.name != "postgresql":
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our own names
        _driver(connection).executemany(statement, rows)
        return
    statement = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _driver(connection: Connection) -> Any:  # noqa: ANN401 - sqlite3's or psycopg's own connection
    return connection.connection.driver_connection
