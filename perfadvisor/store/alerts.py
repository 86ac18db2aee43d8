"""Remember which changes were reported."""

from collections.abc import Iterable

from sqlalchemy import Connection

from perfadvisor.model.history import SeriesChange
from perfadvisor.store.query import reported
from perfadvisor.store.schema import ALERTS


def remember(connection: Connection, changes: Iterable[SeriesChange], now: float) -> None:
    """Note these changes as reported at `now` (seconds since the epoch); those already noted stay as they are."""
    known = reported(connection)
    rows = [
        {"change_id": change.id, "series": change.series, "kind": change.kind.value, "reported": now}
        for change in changes
        if (change.id, change.kind.value) not in known
    ]
    if rows:
        connection.execute(ALERTS.insert(), rows)
