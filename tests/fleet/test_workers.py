"""Batches judged by other processes; one that is killed takes its bundle's name along, and nothing else."""

import os
import signal
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.fleet import judging
from perfadvisor.fleet.judging import judge_fleet
from perfadvisor.fleet.kept import KeptHosts
from perfadvisor.fleet.workers import client, spread

pytestmark = pytest.mark.slow


def double(number: int) -> int:
    """Twice the number; 7 always kills the worker, 3 the first time."""
    marker = Path(os.environ["DIED_ONCE"])
    if number == 7 or (number == 3 and not marker.exists()):
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def test_a_worker_that_is_killed_costs_nothing_and_what_always_kills_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DIED_ONCE", str(tmp_path / "died"))
    with client("", 1) as connected:
        found = list(spread(connected, double, [1, 3, 7, 8], lambda _one: ()))
    assert sorted(found, key=lambda one: one[0]) == [(1, 2), (3, 6), (7, None), (8, 16)]


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
