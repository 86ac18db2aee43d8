"""perfadvisor killed with SIGKILL at random moments: nothing finished is lost, nothing is left, the rest is resumed.

PERFADVISOR_KILLS sets how many kills (50), PERFADVISOR_SEED which moments.
"""

import os
import random
import time
from pathlib import Path

import pytest

from perfadvisor import bundle

KILLS = int(os.environ.get("PERFADVISOR_KILLS", "50"))
KILLS_A_RUN = 5
SEED = int(os.environ.get("PERFADVISOR_SEED", "20240229"))
GONE_WITHIN_S = 10.0  # where nothing else runs, a fraction of a second
LONGEST_S = 3.5
HUGE = Path("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")
WORKLOADS = ("storage/tiny", "network/tiny", "dma/tiny")
REPEATS = 2


def interfaces() -> set[str]:
    """The network interfaces of this namespace; those of others die with the processes in them."""
    return {path.name for path in Path("/sys/class/net").iterdir()}


def left_after_a_kill(bench, interfaces_before: set[str]) -> list[str]:
    """What is still there ten seconds after the kill."""

    def left() -> list[str]:
        return bench.left_behind() + sorted(interfaces() - interfaces_before)

    deadline = time.monotonic() + GONE_WITHIN_S
    while time.monotonic() < deadline and left():
        time.sleep(0.05)
    return left()


def finished(bench) -> dict[int, bytes]:
    """The finished trials, byte for byte."""
    folders = (bench.out / "trials").glob("[0-9]*") if bench.out.exists() else ()
    return {int(folder.name): (folder / "trial.json").read_bytes() for folder in folders}


def argv_of(bench, seed: int) -> list[str]:
    if bench.out.exists():
        return [*bench.argv()[:4], "--resume", str(bench.out)]
    return bench.argv(*WORKLOADS, more=("--repeats", str(REPEATS), "--seed", str(seed)))


def kill_once(bench, moment_s: float, seed: int) -> bool:
    """Start or resume, kill after that long; whether it was still running then."""
    links = interfaces()
    before = finished(bench)
    victim = bench.start(argv_of(bench, seed))
    time.sleep(moment_s)
    alive = victim.poll() is None
    victim.kill()
    victim.communicate()
    assert left_after_a_kill(bench, links) == []
    after = finished(bench)
    assert before.items() <= after.items(), "a finished trial was lost or changed"
    if bench.out.exists():
        assert len(bundle.load(bench.out).results) == len(after), "every finished trial can be read"
    return alive


def finish(bench, seed: int) -> None:
    """Resume to the end: every planned trial is there, and nothing else."""
    done = bench.call(argv_of(bench, seed))
    assert done.returncode == 0, done.stderr
    run = bundle.load(bench.out)
    assert (run.state, len(run.results)) == ("complete", len(WORKLOADS) * REPEATS)
    assert bench.left_behind() == []


@pytest.mark.slow
@pytest.mark.tools
@pytest.mark.parametrize("number", range(max(1, KILLS // KILLS_A_RUN)))
def test_killed_at_random_moments_and_finished_by_resume(bench, number) -> None:
    pages = HUGE.read_text() if HUGE.exists() else ""
    moments = random.Random(f"{SEED}/{number}")
    kills = runs = 0
    while kills < KILLS_A_RUN:
        kills += kill_once(bench, moments.uniform(0.05, LONGEST_S), number)
        if len(finished(bench)) == len(WORKLOADS) * REPEATS:
            runs += 1
            finish(bench, number)
            bench.out.rename(bench.root / f"finished-{runs}")
    finish(bench, number)
    assert (HUGE.read_text() if HUGE.exists() else "") == pages
