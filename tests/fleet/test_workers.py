"""Batches judged by other processes; one that is killed takes its bundle's name along, and nothing else."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.fleet import judging, workers
from perfadvisor.fleet.judging import judge_fleet
from perfadvisor.fleet.kept import KeptHosts
from perfadvisor.fleet.workers import client, spread

pytestmark = pytest.mark.slow


def double(number: int) -> int:
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def test_work_comes_back_and_what_kills_its_worker_is_named() -> None:
    with client("", 2) as connected:
        found = dict(spread(connected, double, range(20), lambda _one: ()))
    assert found == {number: (None if number == 7 else 2 * number) for number in range(20)}


def test_processes_judge_what_one_process_judges(bundles, judged, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(judging, "FEW", 0)
    monkeypatch.setattr(judging, "BATCH", 8)
    done = judge_fleet([bundles], tmp_path / "out", processes=2)
    assert done.new == 40
    one, other = ({record.host: record for record in KeptHosts(out).records()} for out in (judged[0], tmp_path / "out"))
    assert one == other


def test_a_scheduler_that_is_not_there_is_an_error(monkeypatch) -> None:
    monkeypatch.setattr(workers, "CONNECT_S", 1)
    with pytest.raises(InputError, match="--scheduler"), client("tcp://127.0.0.1:9", 1):
        pass


@pytest.fixture
def cluster(tmp_path) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """A scheduler by address, as a site runs it, and its two workers."""
    file, log = tmp_path / "scheduler.json", (tmp_path / "log").open("wb")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    started: list[subprocess.Popen] = []

    def start(name: str, *words: str) -> None:
        argv = [sys.executable, "-m", f"distributed.cli.dask_{name}", *words, "--no-dashboard"]
        started.append(subprocess.Popen(argv, env=environment, cwd=tmp_path, stdout=log, stderr=log))

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
        deadline = time.monotonic() + 120
        while not file.exists() or not file.read_text():
            assert time.monotonic() < deadline and started[0].poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        for number in range(2):
            words = (address, "--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path / f"w{number}"))
            start("worker", *words, "--host", "127.0.0.1")
        yield address, started[1:]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()
        log.close()


def test_a_cluster_by_address_judges_the_same_also_when_a_worker_is_killed(
    bundles, judged, cluster, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(judging, "BATCH", 4)
    address, processes = cluster
    with client(address, 0) as connected:
        connected.wait_for_workers(2, timeout=120)
    calls = []

    def kill_one(done: int, total: int) -> None:
        calls.append((done, total))
        if len(calls) == 1:
            processes[0].kill()

    done = judge_fleet([bundles], tmp_path / "out", scheduler=address, progress=kill_one)
    assert (done.new, len(done.bad), calls[-1]) == (40, 2, (40, 40))
    assert [processes[0].wait(10), processes[1].poll()] == [-signal.SIGKILL, None]
    hosts = [one.host for batch in KeptHosts(tmp_path / "out").batches() for one in batch.hosts]
    assert len(hosts) == len(set(hosts)) == 40
    one, other = ({record.host: record for record in KeptHosts(out).records()} for out in (judged[0], tmp_path / "out"))
    assert one == other
