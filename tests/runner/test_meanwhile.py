"""Changes during a trial: those it can have felt are doubts of the trial, the others notes of the run."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from perfadvisor import bundle
from perfadvisor.analyse.results.meanwhile import doubts
from perfadvisor.facts.trial import returned
from perfadvisor.model.doubts import DoubtReason
from perfadvisor.model.happened import MachineChange, Where
from perfadvisor.model.result import IoPath, Trust
from perfadvisor.packs.workloads import load_workloads
from perfadvisor.targets.here.capture import capture
from tests.runner.conftest import Bench

LONG = """
id: storage/long
title: Long
why: To test with.
runtime_s: 3
warmup_s: 0
tool: fio
parameters: {rw: randread, engine: psync, block_size_bytes: 4096, size_bytes: 4194304}
metrics: [read.iops]
"""


@pytest.mark.parametrize(
    ("where", "workload", "felt"),
    [
        (Where.PATH, "storage/randread-4k-qd1", True),
        (Where.MACHINE, "storage/randread-4k-qd1", True),
        (Where.MEMORY, "storage/randread-4k-qd1", False),
        (Where.MEMORY, "memory/copy-4k", True),
        (Where.ELSEWHERE, "memory/copy-4k", False),
    ],
)
def test_who_feels_what(where: Where, workload: str, felt: bool) -> None:
    known = load_workloads()
    asked = known.get(workload) or replace(known["storage/randread-4k"], id=workload)
    found = list(doubts([MachineChange(where=where, words="something")], asked))
    expected = [(Trust.INVALID, DoubtReason.CHANGED_MEANWHILE, "something")] if felt else []
    assert [(one.trust, one.reason, one.evidence) for one in found] == expected


@pytest.mark.tools
@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("losetup"), reason="loop devices take root")
def test_a_disk_that_came_and_went_within_a_trial_is_noted(bench: Bench) -> None:
    (bench.root / "workloads/storage/long.yaml").write_text(LONG)
    image = bench.root / "image"
    image.write_bytes(bytes(1 << 20))
    running = bench.start(bench.argv("storage/long", more=("--repeats", "2")))
    assert wait_until(lambda: any("randread" in line for line in bench.processes()))
    loop = attach(image)
    detach(loop)
    _, said = running.communicate(timeout=100)
    assert running.returncode == 0, said
    run = bundle.load(bench.out)
    (note,) = [note for note in run.notes if Path(loop).name in note]
    assert note == f"during trial 1 (local): disk {Path(loop).name} changed"
    assert all(result.doubts == () for result in run.results)


def attach(image: Path) -> str:
    done = subprocess.run(["losetup", "--find", "--show", str(image)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no loop device may be attached: {done.stderr.strip()}")
    return done.stdout.strip()


def detach(loop: str) -> None:
    subprocess.run(["losetup", "--detach", loop], check=True)


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(0.02)
    return condition()


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("losetup"), reason="loop devices take root")
def test_another_disk_in_the_place_of_the_first_is_told(tmp_path: Path) -> None:
    """The kernel numbers each disk anew, whatever name it gets."""
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(bytes(1 << 20))
    loop = attach(tmp_path / "one")
    path = IoPath(block=Path(loop).name)
    first, again = capture(returned.patterns(path)), capture(returned.patterns(path))
    detach(loop)
    subprocess.run(["losetup", loop, str(tmp_path / "two")], check=True)
    now = capture(returned.patterns(path))
    detach(loop)
    assert returned.came_back(first, again, path) is None
    back = returned.came_back(first, now, path)
    assert back is not None
    assert (back.where, "nothing proves" in back.words) == (Where.PATH, True)
