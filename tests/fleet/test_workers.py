"""Batches judged by other processes; one that is killed takes its bundle's name along, and nothing else."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.fleet import judging
from perfadvisor.fleet.judging import KILLED, judge_fleet
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


def test_a_scheduler_that_is_not_there_is_an_error() -> None:
    with pytest.raises(InputError, match="--scheduler"), client("tcp://127.0.0.1:9", 1):
        pass


def test_a_worker_that_dies_once_costs_nothing(bundles, tmp_path, monkeypatch) -> None:
    marker = tmp_path / "died"
    few = tmp_path / "few"
    few.mkdir()
    for number in range(6):
        shutil.copy(bundles / f"host-{number:05}.tar.gz", few)
    monkeypatch.setenv("DIE_ONCE", str(marker))
    with client("", 2) as connected:
        found = list(spread(connected, die_once, range(8), lambda _one: ()))
    assert sorted(found) == [(number, number) for number in range(8)] and marker.exists()
    assert KILLED


def die_once(number: int) -> int:
    marker = Path(os.environ["DIE_ONCE"])
    if number == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number
