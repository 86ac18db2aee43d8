"""The history on SQLite and on PostgreSQL: whole, once, quick, and clear about what is wrong."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select, text

from perfadvisor.errors import InputError
from perfadvisor.gating.history_input import from_csv
from perfadvisor.model.gate import Runs
from perfadvisor.model.history import SeriesKey
from perfadvisor.store import migrate
from perfadvisor.store.baseline import _levels, between_sessions, session_spread, stored_side
from perfadvisor.store.database import Database
from perfadvisor.store.ingest import StoredPoint, StoredRun, ingest
from perfadvisor.store.query import all_series, listed
from perfadvisor.store.schema import METADATA, POINTS, RUNS, SERIES

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def made(count: int, series: int = 3, first: int = 0, fresh: tuple[float, ...] = (1.0, 2.0, 3.0)):
    runs = [
        StoredRun(id=f"run-{i}", started=1e9 + i, commit=f"c{i}", kind="vm", marks={"kernel.release": "6.1"})
        for i in range(first, first + count)
    ]
    keys = [SeriesKey(workload=f"w{i}", metric="m", environment="local", fingerprint="4 CPUs") for i in range(series)]
    points = [
        StoredPoint(
            run_id=run.id, key=key, unit="iops", better="higher", time=run.started, value=100.0 + i, fresh_runs=fresh
        )
        for run in runs
        for i, key in enumerate(keys)
    ]
    return runs, points


def counted(place: str) -> tuple[int, int, int]:
    with Database(place).reading() as connection:
        return tuple(connection.execute(select(func.count()).select_from(t)).scalar() for t in (RUNS, SERIES, POINTS))


def put(place: str, runs, points):
    database = Database(place)
    with database.writing() as connection:
        return ingest(connection, runs, points)


def test_ingest_is_idempotent(place) -> None:
    assert (put(place, *made(5)).new, put(place, *made(5)).new, put(place, *made(7)).new) == (15, 0, 6)
    assert counted(place) == (7, 3, 21)


def test_series_come_back_in_order_of_time_with_their_marks(place) -> None:
    runs, points = made(20, series=1)
    put(place, runs[::-1], points[::-1])
    with Database(place).reading() as connection:
        (series,) = all_series(connection)
        (line,) = listed(connection)
    assert series.times == tuple(1e9 + i for i in range(20))
    assert series.commits[:2] == ("c0", "c1")
    assert series.marks[0] == {"kernel.release": "6.1"}
    assert (series.key.name, series.better, line.points) == ("w0/m@local", "higher", 20)


def test_another_value_for_the_same_result_is_refused_and_nothing_is_kept(place) -> None:
    runs, points = made(2, series=1)
    put(place, runs, points)
    changed = [StoredPoint(run_id="run-1", key=points[0].key, unit="iops", better="higher", time=1e9, value=7.0)]
    with pytest.raises(InputError, match="another value"):
        put(place, made(9)[0], changed)
    assert counted(place) == (2, 1, 2)


def test_another_unit_is_refused(place) -> None:
    _, points = made(1, series=1)
    put(place, *made(1, series=1))
    other = StoredPoint(run_id="run-9", key=points[0].key, unit="ms", better="higher", time=2e9, value=7.0)
    with pytest.raises(InputError, match="ms, better higher; before it was iops"):
        put(place, [StoredRun(id="run-9", started=2e9)], [other])
    both = [replace(points[0], unit=unit, run_id=f"run-{unit}") for unit in ("s", "ms")]
    with pytest.raises(InputError, match="ms, better higher; before it was s"):
        put(place, [], [replace(one, key=replace(one.key, workload="new")) for one in both])


def test_new_hardware_starts_a_new_series(place) -> None:
    put(place, *made(3, series=1))
    key = SeriesKey(workload="w0", metric="m", environment="local", fingerprint="8 CPUs")
    point = StoredPoint(run_id="run-8", key=key, unit="iops", better="higher", time=2e9, value=7.0)
    put(place, [StoredRun(id="run-8", started=2e9)], [point])
    with Database(place).reading() as connection:
        assert [len(one.values) for one in all_series(connection, "w0/m@local")] == [3, 1]


def test_the_tables_are_what_the_migrations_make(place) -> None:
    with Database(place).writing() as connection:
        assert migrate.version(connection) == migrate.NEWEST
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_migration_that_stops_half_way_leaves_nothing(place, monkeypatch) -> None:
    real = migrate._run

    def half(connection) -> None:
        real(connection)
        raise KeyboardInterrupt

    monkeypatch.setattr(migrate, "_run", half)
    with pytest.raises(KeyboardInterrupt):
        put(place, *made(1))
    monkeypatch.undo()
    assert put(place, *made(1)).new == 3


def test_an_older_schema_is_brought_up_to_date(place) -> None:
    put(place, *made(2))
    with Database(place).writing() as connection:
        for table in reversed(METADATA.sorted_tables):
            if table.name not in ("runs", "series", "points"):
                connection.execute(text(f"DROP TABLE {table.name}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(InputError, match="older schema 0001"), Database(place).reading():
        pass
    assert put(place, *made(3)).new == 3


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "newer perfadvisor"),
        ("DROP TABLE alembic_version", "no schema version"),
    ],
)
def test_a_schema_that_is_not_ours_is_refused(place, statement, said) -> None:
    put(place, *made(1))
    with Database(place).writing() as connection:
        connection.execute(text(statement))
    with pytest.raises(InputError, match=said):
        put(place, *made(2))


def test_a_stored_run_is_a_baseline(place) -> None:
    put(place, *made(3))
    side = stored_side(place, "run-1")
    assert (side.kind, side.fingerprint, len(side.runs)) == ("vm", "4 CPUs", 3)
    assert side.runs["w0", "m"].values == (1.0, 2.0, 3.0)
    assert stored_side(place, "last").name == "history:run-2"
    for reference, said in (("run-", "several"), ("none", "no run"), ("", "no run"), ("%", "no run")):
        with pytest.raises(InputError, match=said):
            stored_side(place, reference)


def test_the_spread_between_sessions_needs_ten_of_them(place) -> None:
    one = Runs(workload="w0", metric="m", unit="iops", better="higher", values=(1.0,))
    put(place, *made(9))
    assert between_sessions(place, one, "4 CPUs") is None
    _levels.cache_clear()
    put(place, *made(12))
    assert between_sessions(place, one, "4 CPUs") == 0.0
    assert between_sessions(place, one, "8 CPUs") is None
    _levels.cache_clear()
    assert session_spread([100, 110] * 10) == pytest.approx(0.0674, abs=0.001)


def test_what_is_wrong_with_a_file_is_said(tmp_path) -> None:
    (tmp_path / "text").write_text("this is no database, but a text that is long enough to be looked at " * 20)
    for path, said in ((tmp_path / "text", "not a SQLite database"), (tmp_path / "no" / "where", "cannot be opened")):
        with pytest.raises(InputError, match=said):
            put(str(path), *made(1))
    with pytest.raises(InputError, match="no history here"), Database(str(tmp_path / "none")).reading():
        pass
    for place in ("mysql://x/y", "://", "postgresql://user:secret@nowhere.invalid/x"):
        with pytest.raises(InputError) as caught:
            put(place, *made(1))
        assert "secret" not in caught.value.message + caught.value.hint


def test_a_read_only_file_is_said(tmp_path) -> None:
    path = tmp_path / "h.sqlite"
    put(str(path), *made(1))
    database = Database(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(InputError, match="read-only"), database.writing() as connection:
        ingest(connection, *made(2))


def test_a_locked_file_is_said(tmp_path) -> None:
    path = tmp_path / "h.sqlite"
    put(str(path), *made(1))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(InputError, match="locked"), Database(str(path), wait_s=0.2).writing():
        pass
    holder.rollback()
    assert put(str(path), *made(2)).new == 3


WRITER = """
import sys, time
sys.path.insert(0, {tests!r})
import runpy
made = runpy.run_path({this!r})["made"]
from perfadvisor.store.database import Database
from perfadvisor.store.ingest import ingest
database = Database({place!r}, wait_s=120)
for first in range({first}, {first} + {count}, {step}):
    with database.writing() as connection:
        ingest(connection, *made({step}, first=first))
    print(first, flush=True)
"""


def writer(place: str, first: int, count: int, step: int) -> subprocess.Popen[str]:
    code = WRITER.format(tests=str(REPOSITORY), this=__file__, place=place, first=first, count=count, step=step)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_a_killed_ingest_leaves_nothing_half_written(place) -> None:
    put(place, *made(1))
    child = writer(place, 10, 40_000, 20_000)
    time.sleep(2.5)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    runs, series, points = counted(place)
    assert (points, (runs - 1) % 20_000, series) == (3 * runs, 0, 3)
    assert put(place, *made(2)).new == 3


@pytest.mark.slow
def test_four_writers_lose_nothing_and_double_nothing(place) -> None:
    """10,000 runs by four writers, each fourth of them given to two; one writer is killed and started again."""
    children = [writer(place, first, 4000, 100) for first in (0, 2000, 4000, 6000)]
    victim = children[1]
    assert victim.stdout is not None
    victim.stdout.readline()
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    children[1] = writer(place, 2000, 4000, 100)
    for child in children:
        child.communicate(timeout=300)
        assert child.returncode == 0
    assert counted(place) == (10_000, 3, 30_000)


@pytest.mark.slow
def test_a_hundred_thousand_results_are_in_within_ten_seconds_and_a_series_out_within_50_ms(place) -> None:
    runs, points = made(1000, series=100, fresh=())
    started = time.perf_counter()
    assert put(place, runs, points).new == 100_000
    took = time.perf_counter() - started
    database = Database(place)
    asked = []
    with database.reading() as connection:
        for _ in range(5):
            before = time.perf_counter()
            (series,) = all_series(connection, "w42/m@local")
            asked.append(time.perf_counter() - before)
    assert len(series.values) == 1000
    spare = max(1.0, os.getloadavg()[0] / (multiprocessing.cpu_count() or 1))
    assert took < 10 * spare, f"{took:.1f} s"
    assert min(asked) < 0.05 * spare, f"{min(asked) * 1000:.0f} ms"


def test_a_large_file_is_stored_in_parts_and_once(tmp_path, place) -> None:
    rows = [f"s{i % 7},{1e9 + i // 7},{i}.5,c" for i in range(12_000)]
    (tmp_path / "points.csv").write_text("\n".join(["series,time,value,commit", *rows]) + "\n")
    parts = list(from_csv(tmp_path / "points.csv"))
    assert [len(part.points) for part in parts] == [5_000, 5_000, 2_000]
    with Database(place).writing() as connection:
        done = [ingest(connection, part.runs, part.points) for part in parts + parts]
    assert (sum(one.new for one in done), sum(one.known for one in done)) == (12_000, 12_000)


def test_two_values_of_one_point_in_a_file_are_an_error(tmp_path, place) -> None:
    (tmp_path / "points.csv").write_text("series,time,value\na,1,1\na,1,2\n")
    with pytest.raises(InputError, match="another value"), Database(place).writing() as connection:
        for part in from_csv(tmp_path / "points.csv"):
            ingest(connection, part.runs, part.points)
