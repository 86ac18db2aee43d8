"""The reader that runs beside a tool behind a shell: in each shell that a container, guest or host may have."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from perfadvisor.facts.trial import gauges
from perfadvisor.targets.remote import sampler

SHELLS = [shell for shell in (("dash",), ("bash",), ("busybox", "sh")) if Path("/bin", shell[0]).exists()]
BUSY = "import time; end = time.monotonic() + 2.8\nwhile time.monotonic() < end: pass\nprint('out')"


def run(shell: tuple[str, ...], *argv: str, block: str = "") -> "subprocess.CompletedProcess[bytes]":
    wrapped = [*shell, *sampler.wrapped(argv, block=block)[1:]]
    threads = {"OMP_NUM_THREADS": "1"}  # nproc counts these instead of CPUs where they are set
    marked = os.environ | threads | {"PERFADVISOR_TASK": "0123"}
    return subprocess.run(wrapped, capture_output=True, env=marked, timeout=30)


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_a_busy_tool_is_read_once_a_second(shell) -> None:
    disks = [path.name for path in Path("/sys/block").iterdir() if not path.name.startswith(("loop", "ram"))]
    disk = next(iter(disks), "")
    done = run(shell, sys.executable, "-c", BUSY, block=disk)
    said, rows = sampler.split(done.stderr)
    assert (done.returncode, done.stdout, said) == (0, b"out\n", b"")
    assert len(rows) in (2, 3)
    assert all(row["own_runnable"] >= 1 and row["procs_running"] >= 1 for row in rows)
    assert all(row["cpus"] == len(os.sched_getaffinity(0)) for row in rows)
    assert not disk or all("disk_read_bytes" in row for row in rows)
    found = gauges.deltas(rows, seconds=2.8)
    assert all(row["our_user_ns"] <= row["user_ns"] for row in rows)
    ours = (rows[-1]["our_user_ns"] - rows[0]["our_user_ns"]) / 1e9 / (rows[-1]["t"] - rows[0]["t"])
    assert 0 < ours < 1.1, "the tool runs in user mode, where it gets a CPU"
    used = found["gauge.tool_cpu_ns_per_s"] + found["gauge.tool_wait_ns_per_s"]
    assert used == pytest.approx(1e9, rel=0.4), "a thread that never sleeps runs or waits; a busy shell is late to look"


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_a_tool_keeps_its_exit_code_output_and_errors(shell) -> None:
    done = run(shell, "sh", "-c", "echo out; echo one >&2; echo two >&2; exit 7")
    said, rows = sampler.split(done.stderr)
    assert (done.returncode, done.stdout, said, rows) == (7, b"out\n", b"one\ntwo\n", ())


def test_a_program_that_is_not_there_is_127() -> None:
    assert run(("sh",), "/no/such/tool").returncode == 127


def test_rows_of_a_machine_that_shows_little() -> None:
    text = b"@perfadvisor-gauge began=10.00\n@perfadvisor-gauge up=11.50 running= own=0 soft=0 busy=0 delay=0 read= x\n"
    assert sampler.split(text) == (b"", ({"t": 1.5, "cost_s": 0.0, "own_runnable": 0.0, "tool_runnable": 0.0},))


def test_cpu_times_are_of_the_machine_and_of_ours() -> None:
    text = b"@perfadvisor-gauge began=1\n@perfadvisor-gauge up=2 all=0+70+3 kernel=20 user=0+4+0+2+1 system=0+1+0+0+0\n"
    (row,) = sampler.split(text)[1]
    assert [row[name] / 1e7 for name in ("user_ns", "system_ns", "our_user_ns", "our_system_ns")] == [73, 20, 7, 1]


def test_the_reader_and_kernel_threads_are_no_other_work() -> None:
    text = b"@perfadvisor-gauge began=1\n@perfadvisor-gauge up=2 running=5 own=2 soft=1 busy=0+5+6 delay=0+1 cpus=2\n"
    (row,) = sampler.split(text)[1]
    assert (row["other_runnable"], row["tool_cpu_ns"], row["tool_wait_ns"]) == (1.0, 11.0, 1.0)


def test_a_long_word_from_a_hostile_machine_costs_no_square() -> None:
    text = b"@perfadvisor-gauge began=1\n@perfadvisor-gauge " + b"x" * 1_000_000 + b"\n"
    started = time.process_time()
    assert sampler.split(text)[1] == ()
    assert time.process_time() - started < 1
