"""The store filled from judged hosts; PostgreSQL killed in the middle."""

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from perfadvisor.errors import PerfAdvisorError
from perfadvisor.fleet import sources
from perfadvisor.fleet.comparing import comparison
from perfadvisor.fleet.kept import KeptHosts, packed
from perfadvisor.fleet.sources import fleet_digest, host_lines, host_record, host_records, store_hosts
from perfadvisor.store.database import Database
from perfadvisor.store.schema import MACHINE_DIGESTS


def test_what_was_judged_is_stored_once_and_asked(judged, place) -> None:
    assert store_hosts(judged[0], place) == (38, 0)
    assert store_hosts(judged[0], place) == (0, 38)
    kept = {one.host: one for one in host_records(str(judged[0])) if not one.error}
    stored = {one.host: one for one in host_records(place)}
    assert kept.keys() == stored.keys()
    assert all(sorted(kept[name].facts) == sorted(stored[name].facts) for name in kept)
    assert host_record(place, "host-00001").findings
    assert [line.host for line in host_lines(place)] == sorted(kept)


def test_an_interrupt_between_batches_keeps_whole_ones_and_doubles_none(judged, place, monkeypatch) -> None:
    monkeypatch.setattr(sources, "STORED_AT_ONCE", 10)
    whole, calls = sources.add_machines, []

    def interrupted(*given):
        calls.append(1)
        added = whole(*given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return added

    monkeypatch.setattr(sources, "add_machines", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store_hosts(judged[0], place)
    assert len(list(host_lines(place))) == 20
    monkeypatch.setattr(sources, "add_machines", whole)
    assert store_hosts(judged[0], place) == (18, 20)


@pytest.mark.postgres
def test_a_database_that_is_killed_in_the_middle_loses_and_doubles_nothing(judged, monkeypatch) -> None:
    from tests.store.cluster import _as_postgres, cluster, program

    if not program("initdb"):
        pytest.skip("PostgreSQL is not installed (apt install postgresql)")
    monkeypatch.setattr(sources, "STORED_AT_ONCE", 10)
    whole, calls = sources.add_machines, []
    with cluster(settings="") as url:
        place = url.format(name="postgres")
        data = Path(url.rpartition("host=")[2]) / "data"

        def killing(connection, *given):
            calls.append(1)
            added = whole(connection, *given)
            if len(calls) == 3:
                os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)  # as a crash
                for _ in range(200):  # until it has reached this connection
                    connection.execute(text("SELECT pg_sleep(0.05)"))
            return added

        monkeypatch.setattr(sources, "add_machines", killing)
        with pytest.raises(PerfAdvisorError):
            store_hosts(judged[0], place)
        monkeypatch.setattr(sources, "add_machines", whole)
        options = f"-c listen_addresses= -c unix_socket_directories={data.parent}"
        for _ in range(3):
            try:
                _as_postgres(program("pg_ctl"), "-D", str(data), "-w", "-l", str(data / "log"), "-o", options, "start")
                break
            except subprocess.CalledProcessError:
                continue
        assert len(list(host_lines(place))) == 20
        assert store_hosts(judged[0], place) == (18, 20)
        assert len({line.host for line in host_lines(place)}) == 38


def without_bad(source: str):
    """The comparison of what can be stored."""
    return replace(comparison(fleet_digest(source)), bad=())


def test_the_store_is_compared_as_the_directory_is(judged, place) -> None:
    store_hosts(judged[0], place)
    assert without_bad(place) == without_bad(str(judged[0]))


def test_a_newer_reading_replaces_the_older_one_in_comparisons(judged, place, tmp_path) -> None:
    store_hosts(judged[0], place)
    before = {one.host: one for one in comparison(fleet_digest(place)).odd}
    mended = [replace(host_record(place, host), content="newer", taken=0.0, received=4e9, facts=()) for host in before]
    kept = KeptHosts(tmp_path / "newer")
    kept.make()
    kept.add(packed(mended, "rules"))
    store_hosts(tmp_path / "newer", place)
    assert before and comparison(fleet_digest(place)).odd == ()
    assert len(comparison(fleet_digest(place)).hosts) == 38


def test_readings_without_a_digest_are_compared_from_their_rows(judged, place) -> None:
    store_hosts(judged[0], place)
    with Database(place).writing() as connection:
        connection.execute(delete(MACHINE_DIGESTS))
    assert without_bad(place) == without_bad(str(judged[0]))
