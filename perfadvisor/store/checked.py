"""What a history holds is data, and may be another person's: each value is checked where it is read.

SQLite gives whatever was stored, whatever type its column has (sqlite.org/datatype3.html), and runs what a file's own
views, triggers and generated columns say."""

import json
import math
import sqlite3

from sqlalchemy import Connection

from perfadvisor.model.result import Better
from perfadvisor.store.schema import METADATA

LONGEST_BYTES = 16 << 20  # of one value
_OWN_CODE = (
    "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger') OR sql LIKE 'CREATE VIRTUAL TABLE%' LIMIT 1"
)


class ForeignValueError(ValueError):
    """Something that no perfadvisor stores; the words say what."""


def better(value: object) -> Better:
    """The direction that is better, "" for none or another word."""
    return "higher" if value == "higher" else "lower" if value == "lower" else ""


def number(value: object) -> float:
    """A finite number."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ForeignValueError(f"{str(value)[:40]!r} in place of a number")
    return float(value)


def text(value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ForeignValueError(f"{str(value)[:40]!r} in place of a text")
    return value


def marks(value: object) -> dict[str, str]:
    """JSON of an object with texts alone."""
    found = _json(value)
    if not isinstance(found, dict):
        raise ForeignValueError(f"{str(found)[:40]!r} in place of versions")
    return {name: text(version) for name, version in found.items()}


def numbers(value: object) -> tuple[float, ...]:
    """JSON of a list of finite numbers."""
    found = _json(value)
    if not isinstance(found, list):
        raise ForeignValueError(f"{str(found)[:40]!r} in place of a list")
    return tuple(map(number, found))


def _json(value: object) -> object:
    try:
        return json.loads(text(value))
    except (ValueError, RecursionError) as error:
        raise ForeignValueError(f"{str(value)[:40]!r} in place of JSON") from error


def bound(connection: sqlite3.Connection) -> None:
    """Let the file's own definitions call nothing that has effects, and no value be endless."""
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_BYTES)


def require_tables_alone(connection: Connection) -> None:
    """ForeignValueError where a SQLite file holds more than tables with columns: asking it would run what it says."""
    if connection.dialect.name != "sqlite":
        return
    for kind, name in connection.exec_driver_sql(_OWN_CODE):
        raise ForeignValueError(f"it holds the {kind if kind != 'table' else 'virtual table'} {str(name)[:40]!r}")
    for table in METADATA.tables:
        for column in connection.exec_driver_sql(f"PRAGMA table_xinfo({table})"):
            if column[6]:
                raise ForeignValueError(f"the column {str(column[1])[:40]!r} is computed")
