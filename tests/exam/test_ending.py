"""An exam that is told to end leaves nothing, also where it is told twice and its jobs are told as well."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exam.ending import SIGNALS, ended_by_the_first, taken_away_in_peace

REPOSITORY = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S, ENDS_WITHIN_S = 120, 120


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """Whatever a test leaves, the tests after it hear signals."""
    before = {one: signal.getsignal(one) for one in SIGNALS}
    yield
    for one, handler in before.items():
        signal.signal(one, handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def test_the_first_signal_ends_it_and_those_after_it_are_ignored() -> None:
    before = [signal.getsignal(one) for one in SIGNALS]
    with pytest.raises(KeyboardInterrupt), ended_by_the_first():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            for one in SIGNALS:
                signal.raise_signal(one)
    assert [signal.getsignal(one) for one in SIGNALS] == before


def test_a_signal_waits_until_everything_is_taken_away() -> None:
    done: list[str] = []

    @contextlib.contextmanager
    def stage() -> Iterator[str]:
        yield "stage"
        signal.raise_signal(signal.SIGTERM)
        done.append("taken away")

    with pytest.raises(KeyboardInterrupt), ended_by_the_first(), taken_away_in_peace(stage()) as entered:
        done.append(entered)
    assert done == ["stage", "taken away"]
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ()) & set(SIGNALS)


def _left() -> set[str]:
    """Directories, mounts and loop devices of exams that stand in memory."""
    found = {str(path) for path in Path("/dev/shm").glob("perfadvisor-exam-*")}
    found |= {line for line in Path("/proc/self/mountinfo").read_text().splitlines() if "/perfadvisor-exam-" in line}
    for file in Path("/sys/block").glob("loop*/loop/backing_file"):
        with contextlib.suppress(OSError):
            found |= {text for text in (file.read_text(),) if "/perfadvisor-exam-" in text}
    return found


def _until(true, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not true():
        time.sleep(0.1)
    return bool(true())


@pytest.mark.slow
@pytest.mark.tools
@pytest.mark.skipif(os.geteuid() != 0, reason="devices of its own need root")
def test_an_exam_that_is_told_twice_leaves_nothing() -> None:
    before = _left()
    argv = ["env", "--default-signal=INT,TERM,HUP", sys.executable, "-m", "tests.exam", "read-ahead-ram", "--seed", "1"]
    exam = subprocess.Popen(
        argv, cwd=REPOSITORY, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        mounted = _until(lambda: any("/mount" in one for one in _left() - before), STARTS_WITHIN_S)
        time.sleep(1)
        for _ in range(2):
            os.killpg(exam.pid, signal.SIGTERM)
            time.sleep(0.05)
        _, said = exam.communicate(timeout=ENDS_WITHIN_S)
    finally:
        exam.kill()
        exam.wait()
    assert mounted, said.decode()
    assert _until(lambda: _left() <= before, 10), _left() - before
