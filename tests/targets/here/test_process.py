"""Programs run to the end, are told apart by how they ended, and never outlive perfadvisor."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import Command
from perfadvisor.targets.here import process
from perfadvisor.targets.here.keeper import descendants


def command(*argv: str, timeout_s: float = 10.0, stdin: bytes = b"", **environment: str) -> Command:
    return Command(argv=argv, timeout_s=timeout_s, stdin=stdin, environment=environment)


def python(code: str, **more) -> Command:
    return command(sys.executable, "-c", code, **more)


def state(pid: int) -> str:
    """R, S, D, Z or T as in /proc/PID/stat; empty where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if state(pid) not in ("", "Z")]


def wait_until(condition, seconds: float = 2.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return bool(condition())


def test_the_whole_story_of_a_command() -> None:
    done = process.run(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)"))
    assert (done.returncode, done.stdout, done.stderr, done.timed_out) == (7, b"out\n", b"err\n", False)
    assert 0 < done.duration_s < 10


def test_input_environment_and_locale_reach_the_program(monkeypatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    code = "import os,sys; print(sys.stdin.read(), os.environ['LC_ALL'], os.environ['MORE'])"
    assert process.run(python(code, stdin=b"in", MORE="more")).stdout == b"in C more\n"


def test_a_program_without_input_finds_an_empty_one() -> None:
    assert process.run(command("cat")).stdout == b""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGPIPE])
def test_death_by_a_signal_is_a_negative_code(number: signal.Signals) -> None:
    assert process.run(command("sh", "-c", f"kill -{int(number)} $$")).returncode == -number


def test_the_tool_gets_back_the_signals_that_python_ignores() -> None:
    said = process.run(command("grep", "SigIgn", "/proc/self/status")).stdout.split()[1]
    assert not int(said, 16) & (1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1))


def test_the_tool_holds_neither_pipe_of_its_keeper() -> None:
    assert process.run(command("ls", "/proc/self/fd")).stdout.split() == [b"0", b"1", b"2", b"3"]


def test_a_missing_program_names_its_package() -> None:
    with pytest.raises(MeasureError, match="no-such-tool is not installed") as caught:
        process.run(command("no-such-tool"))
    assert "apt install" in caught.value.hint
    assert not process.installed("no-such-tool")
    assert process.installed("cat")


def test_what_cannot_be_executed_says_so(tmp_path: Path) -> None:
    script = tmp_path / "tool"
    script.write_bytes(b"\x7fELF nonsense")
    script.chmod(0o755)
    done = process.run(command(str(script)))
    assert done.returncode == 127
    assert b"Exec format error" in done.stderr


def test_the_time_out_ends_forked_children_of_their_own_session(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = f"""
import os, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork(): os._exit(0)
        open({str(pids)!r}, "a").write(f"{{os.getpid()}}\\n")
        time.sleep(60)
time.sleep(60)
"""
    started = time.monotonic()
    done = process.run(python(code, timeout_s=1.0))
    assert (done.returncode, done.timed_out) == (124, True)
    assert time.monotonic() - started < 4
    found = [int(line) for line in pids.read_text().split()]
    assert len(found) == 3
    assert alive(found) == []


def test_what_a_finished_program_left_behind_is_ended(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = f"""
import os, time
if os.fork() == 0:
    os.setsid(); open({str(pid)!r}, "w").write(str(os.getpid())); time.sleep(60)
while not (os.path.exists({str(pid)!r}) and open({str(pid)!r}).read()): time.sleep(0.01)
"""
    assert process.run(python(code)).returncode == 0
    assert alive([int(pid.read_text())]) == []


def test_endless_output_is_stopped(monkeypatch) -> None:
    monkeypatch.setattr(process, "MAX_OUTPUT_BYTES", 1 << 16)
    monkeypatch.setattr(process, "CHECK_EVERY_S", 0.05)
    with pytest.raises(MeasureError, match="wrote more than"):
        process.run(python("while True: print('x' * 1000, flush=True)"))


def test_a_server_runs_until_it_is_stopped() -> None:
    server = process.serve(python("import time; print('ready', flush=True); time.sleep(60)"))
    assert server.pid > 0
    assert wait_until(lambda: b"python" in Path(f"/proc/{server.pid}/cmdline").read_bytes())
    assert server.running()
    assert not server.wait(0.2)
    done = server.stop()
    assert (done.returncode, done.stdout) == (-9, b"ready\n")
    assert server.stop() is done
    assert alive([server.pid]) == []


def test_a_server_that_ended_keeps_its_story() -> None:
    server = process.serve(python("import sys; sys.exit('port taken')"))
    assert server.wait(10)
    assert not server.running()
    assert (server.stop().returncode, server.stop().stderr) == (1, b"port taken\n")


STARTS_FIO = """
import sys
from perfadvisor.targets.here.process import run
from perfadvisor.targets.base import Command
run(Command(argv=tuple(sys.argv[1:]), timeout_s=60))
"""


FIO = ["fio", "--name=x", "--ioengine=null", "--size=1g", "--numjobs=3", "--rw=read", "--time_based", "--runtime=50"]


def everything_dies(python: tuple[str, ...]) -> None:
    victim = subprocess.Popen([*python, "-c", STARTS_FIO, *FIO], cwd="/tmp")
    try:
        assert wait_until(lambda: len(descendants(victim.pid)) >= 5, 10), "keeper, fio and its three jobs"
        family = descendants(victim.pid)
    finally:
        victim.kill()
        victim.wait()
    assert wait_until(lambda: not alive(family)), [(pid, state(pid)) for pid in alive(family)]


@pytest.mark.tools
def test_fio_and_its_forked_jobs_die_with_perfadvisor() -> None:
    everything_dies((sys.executable,))


@pytest.mark.tools
def test_fio_dies_with_perfadvisor_for_an_ordinary_user_too(as_nobody) -> None:
    everything_dies(as_nobody)


def test_a_keeper_whose_parent_died_before_it_woke_starts_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    lifeline, holder = os.pipe()
    told, status = os.pipe()
    os.close(holder)
    keeper = [sys.executable, "-I", "-S", process.keeper.__file__, str(lifeline), str(status), "--", "touch", str(mark)]
    done = subprocess.run(keeper, pass_fds=(lifeline, status), timeout=10)
    for descriptor in (lifeline, told, status):
        os.close(descriptor)
    assert done.returncode == 127
    assert not mark.exists()


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_no_file_is_left_open() -> None:
    before = open_files()
    for _ in range(5):
        process.run(command("true"))
    with pytest.raises(MeasureError):
        process.run(command("no-such-tool"))
    assert open_files() == before
