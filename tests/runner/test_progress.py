"""What somebody who waits sees."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor.model.result import Output, Sample, TrialResult, TrialState
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.runner.progress import Progress

WORKLOAD = Workload(id="s/x", title="X", device="s", tool="fio", parameters={}, metrics=("read.iops",))


def trial(number: int) -> Trial:
    return Trial(number=number, workload="s/x", environment="local", repeat=1, position=1, runtime_s=8.0, warmup_s=1.0)


def result(number: int, **more) -> TrialResult:
    output = Output(samples=(Sample(metric="read.iops", value=5.0, unit=Unit.IOPS),))
    return TrialResult(
        trial=trial(number), started=0.0, duration_s=1.0, **({"state": TrialState.DONE, "output": output} | more)
    )


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def progress(stream) -> Progress:
    return Progress(stream, lambda sample: f"{sample.value:.0f} I/Os")


def test_plain_lines_one_a_trial(progress, stream) -> None:
    plan = tuple(map(trial, range(1, 13)))
    progress.begin(plan, list(plan[2:]))
    progress.start(plan[2])
    progress.end(result(3), WORKLOAD)
    failed = result(4, state=TrialState.FAILED, output=Output(samples=()), reason="fio: no")
    progress.end(failed, WORKLOAD)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "12 trials, 2 of them done already: about 2 min"
    assert lines[1].startswith("[ 3/12] s/x @ local  5 I/Os  (")
    assert lines[2].startswith("[ 4/12] s/x @ local  failed: fio: no  (")
    assert "\033" not in stream.getvalue()


def test_the_last_line_speaks_of_no_time_left(progress, stream) -> None:
    progress.begin((trial(1),), [trial(1)])
    progress.end(result(1), WORKLOAD)
    assert stream.getvalue().splitlines()[-1] == "[1/1] s/x @ local  5 I/Os"


def test_time_left_follows_what_trials_really_take(progress, monkeypatch) -> None:
    now = iter([0.0, 20.0, 20.0])
    monkeypatch.setattr("perfadvisor.runner.progress.time.monotonic", lambda: next(now))
    plan = tuple(map(trial, range(1, 4)))
    progress.begin(plan, list(plan))
    progress.end(result(1), WORKLOAD)
    assert progress.left_s() == pytest.approx(2 * 20.0), "twice as slow as the 10 s planned for each"


LIVE = """
import sys, threading
from perfadvisor.cli.live import LiveProgress
sys.path.insert(0, sys.argv[1])
from test_progress import WORKLOAD, result, trial
with LiveProgress(sys.stderr, lambda sample: "five") as live:
    live.begin((trial(1), trial(2)), [trial(1), trial(2)])
    live.start(trial(1))
    assert threading.active_count() == 1, "nothing draws while a trial measures"
    live.say("[markup] stays")
    live.end(result(1), WORKLOAD)
"""


def test_a_terminal_gets_a_bar_that_no_thread_draws() -> None:
    ours, theirs = pty.openpty()
    argv = [sys.executable, "-c", LIVE, str(Path(__file__).parent)]
    done = subprocess.run(argv, stderr=theirs, env=os.environ | {"TERM": "xterm", "COLUMNS": "100"}, timeout=30)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0, shown
    assert "[1/2] s/x @ local  five" in shown
    assert "[markup] stays" in shown
    assert "0/2" in shown
