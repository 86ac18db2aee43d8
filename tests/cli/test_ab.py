"""`perfadvisor ab` with real commands and real settings, through the real entry point."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli.ab import command
from perfadvisor.gating.command import timed_command

AB = [sys.executable, "-m", "perfadvisor", "ab"]
# Work that nothing but the CPU bounds, judged by the CPU time of its fastest piece: a busy neighbour hardly counts.
WORK = """
import os, time
def piece():
    started = time.process_time()
    sum(i * i for i in range({rounds}))
    return time.process_time() - started
spent = min(piece() for _ in range(20))
with open(os.environ["PERFADVISOR_CSV"], "w") as file:
    file.write(f"workload,metric,unit,better,value\\nwork,cpu,s,lower,{{spent}}\\n")
"""


def script(folder: Path, rounds: int) -> str:
    path = folder / f"work-{rounds}.py"
    path.write_text(WORK.format(rounds=rounds))
    return f"{sys.executable} -I -S {path}"


def compared(tmp_path: Path, a: str, b: str, *more: str) -> tuple[int, dict[str, object]]:
    out = tmp_path / "result.json"
    done = CliRunner().invoke(command, ["--a", a, "--b", b, "--json", str(out), *more])
    assert out.exists(), done.output
    return done.exit_code, json.loads(out.read_text())["report"]


@pytest.mark.slow
def test_more_work_of_a_cpu_bound_command_is_decided_and_measured(tmp_path) -> None:
    """On a busy machine it may say that it needs more pairs, but it never decides for the wrong side.

    Half as much work again is far more than what neighbours do to a CPU's speed; the interval must hold it.
    """
    for _ in range(3):
        code, told = compared(tmp_path, script(tmp_path, 100000), script(tmp_path, 150000))
        (one,) = told["comparisons"]
        if one["verdict"] != "undecided":
            break
        assert code == 3 and one["low"] < 1.5 < one["high"], told
    assert (code, one["verdict"]) == (0, "regression"), told
    assert one["low"] - 0.1 < 1.5 < one["high"] + 0.1, told


@pytest.mark.slow
def test_the_same_command_on_both_sides_gains_nothing(tmp_path) -> None:
    same = script(tmp_path, 100000)
    _, told = compared(tmp_path, same, same)
    assert told["comparisons"][0]["verdict"] in ("equivalent", "undecided"), told


def test_a_command_that_writes_no_rows_is_judged_by_its_time(tmp_path) -> None:
    (runs,) = timed_command("sleep 0.1", tmp_path, 30.0).runs.values()
    assert (runs.key, runs.unit, runs.better) == (("command", "time"), "s", "lower")
    assert 0.1 <= runs.values[0] < 10


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give one of: --set"),
        (["--a", "true"], "--a and --b are both needed"),
        (["--a-env", "local", "--b-env", "local"], "--a-env, --b-env and a WORKLOAD"),
        (["--set", "memory.ksm_run=1"], "--set needs either a WORKLOAD or --cmd"),
    ],
)
def test_what_is_missing_is_said(words: list[str], said: str) -> None:
    done = CliRunner().invoke(command, words)
    assert (done.exit_code, said in done.output) == (2, True), done.output


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """The queue of a loop device of our own."""
    if os.geteuid() != 0:
        pytest.skip("only root can make loop devices")
    image = tmp_path / "image"
    with image.open("wb") as made:
        made.truncate(1 << 20)
    done = subprocess.run(["losetup", "--find", "--show", str(image)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no loop device here: {done.stderr.strip()}")
    queue = Path("/sys/block", Path(done.stdout.strip()).name, "queue")
    (queue / "read_ahead_kb").write_text("128")  # a loop device keeps what was set for the file before
    yield queue
    subprocess.run(["losetup", "--detach", done.stdout.strip()], check=True)


@pytest.mark.tools
def test_without_an_answer_nothing_is_done_and_what_would_be_is_said(disk) -> None:
    before = (disk / "read_ahead_kb").read_text()
    wanted = [*AB, "--set", f"block.read_ahead_kb@{disk.parent.name}=512", "--cmd", "true"]
    done = subprocess.run(wanted, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 3
    assert f"block.read_ahead_kb {disk.parent.name}: read_ahead_kb {before.strip()} -> 512" in done.stdout
    assert "--yes" in done.stderr
    assert (disk / "read_ahead_kb").read_text() == before


@pytest.mark.tools
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_killed_or_interrupted_in_the_middle_of_b_the_disk_is_as_before(disk, tmp_path, number) -> None:
    file = disk / "read_ahead_kb"
    before = file.read_text()
    wanted = [*AB, "--set", f"block.read_ahead_kb@{disk.parent.name}=512", "--yes", "--cmd", "sleep 0.5"]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    running = subprocess.Popen(wanted, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        assert _until(lambda: file.read_text() == "512\n"), "B never began"
        running.send_signal(number)
        running.wait(30)
        assert _until(lambda: file.read_text() == before), file.read_text()
        assert _until(lambda: not list((tmp_path / "state/perfadvisor/journals").glob("*"))), "a journal is left"
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.kill()
        running.wait()


@pytest.mark.tools
@pytest.mark.slow
def test_killed_at_any_moment_the_disk_is_as_before(disk, tmp_path) -> None:
    """Twenty-five kills spread over the start, runs of A, runs of B and the moments between them."""
    file, chance = disk / "read_ahead_kb", random.Random(13)
    before, seen = file.read_text(), set()
    wanted = [*AB, "--set", f"block.read_ahead_kb@{disk.parent.name}=512", "--yes", "--cmd", "sleep 0.05"]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    for _ in range(25):
        running = subprocess.Popen(wanted, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        started = _until(lambda: file.read_text() == "512\n")
        time.sleep(chance.uniform(0.0, 0.5))
        seen.add(file.read_text())
        running.kill()
        running.wait()
        assert started, "B never began"
        assert _until(lambda: not list((tmp_path / "state/perfadvisor/journals").glob("*"))), "a journal is left"
        assert file.read_text() == before
    assert seen == {before, "512\n"}, "the kills fell on one side only"


def _until(true, seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return False
