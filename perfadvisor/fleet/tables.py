"""A fleet as Parquet, for people's own analysis: a file each of hosts, facts, results and findings.

Written some hundred hosts at a time: ten thousand hosts have fifteen million facts.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from perfadvisor.errors import InputError
from perfadvisor.extras import how_to_add
from perfadvisor.fleet.kept import time_of
from perfadvisor.model.fleet import FleetCell, FleetFinding, HostRecord
from perfadvisor.packs.known_facts import known_facts

HOSTS_AT_ONCE = 200
Rows = Iterator[tuple[Any, ...]]


def _hosts(record: HostRecord) -> Rows:
    yield (
        record.host,
        time_of(record),
        record.cohort,
        record.identity,
        record.environment,
        record.version,
        len(record.findings),
        record.error,
    )


def _facts(record: HostRecord) -> Rows:
    """Numbers in one column, words in another: a column of Parquet has one type."""
    catalogue = known_facts()
    for fact in record.facts:
        spec = catalogue.get(fact.name)
        number, words = (None, fact.value) if isinstance(fact.value, str) else (float(fact.value), None)
        unit = str(spec.unit) if spec else ""
        yield record.host, fact.name, fact.subject, type(fact.value).__name__, number, words, unit


def _results(record: HostRecord) -> Rows:
    return ((record.host, *cell) for cell in record.cells)


def _findings(record: HostRecord) -> Rows:
    return ((record.host, *one) for one in record.findings)


_NUMBERS = dict.fromkeys(("time", "number", "median", "low", "high", "coverage"), "double")
_COUNTS = dict.fromkeys(("findings", "runs"), "int64")
COLUMNS: dict[str, tuple[str, ...]] = {
    "hosts": ("host", "time", "cohort", "identity", "environment", "version", "findings", "error"),
    "facts": ("host", "name", "subject", "type", "number", "words", "unit"),
    "results": ("host", *FleetCell._fields),
    "findings": ("host", *FleetFinding._fields),
}
_ROWS: dict[str, Callable[[HostRecord], Rows]] = {
    "hosts": _hosts,
    "facts": _facts,
    "results": _results,
    "findings": _findings,
}


def write_tables(records: Iterable[HostRecord], folder: Path) -> dict[str, int]:
    """Write `NAME.parquet` of each table into the directory, each whole or not at all; the number of rows of each.
    InputError where pyarrow is missing."""
    arrow, parquet = _pyarrow()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    counts = dict.fromkeys(COLUMNS, 0)
    with tempfile.TemporaryDirectory(prefix=".parquet-", dir=folder) as unfinished:
        paths = {name: Path(unfinished) / f"{name}.parquet" for name in COLUMNS}
        with ExitStack() as files:
            writers = {
                name: files.enter_context(parquet.ParquetWriter(paths[name], _schema(arrow, name))) for name in COLUMNS
            }
            rest = iter(records)
            while some := list(islice(rest, HOSTS_AT_ONCE)):
                for name, writer in writers.items():
                    rows = [row for record in some for row in _ROWS[name](record)]
                    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS[name])
                    writer.write_table(arrow.table(list(map(list, columns)), schema=_schema(arrow, name)))
                    counts[name] += len(rows)
        for name, path in paths.items():
            path.replace(folder / f"{name}.parquet")
    return counts


def _schema(arrow: Any, name: str) -> Any:  # noqa: ANN401 - a module without types
    types = _NUMBERS | _COUNTS
    return arrow.schema([(column, arrow.type_for_alias(types.get(column, "string"))) for column in COLUMNS[name]])


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise InputError(f"writing Parquet needs pyarrow: {error}", how_to_add("parquet")) from None
    return pyarrow, pyarrow.parquet
