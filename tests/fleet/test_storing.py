"""The store filled from judged hosts; PostgreSQL killed in the middle."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import text

from perfadvisor.errors import PerfAdvisorError
from perfadvisor.fleet import sources
from perfadvisor.fleet.sources import host_lines, host_record, host_records, store_hosts


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

    def interrupted(connection, records):
        calls.append(1)
        added = whole(connection, records)
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

        def killing(connection, records):
            calls.append(1)
            added = whole(connection, records)
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
