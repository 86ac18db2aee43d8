"""Before a run: what is said of a busy machine, and waiting for a quiet one."""

import os
import signal
import subprocess
import sys

import pytest

from perfadvisor.runner import quiet

QUIET = {"system_ns": 0.0, "our_user_ns": 0.0, "our_system_ns": 0.0}
BUSY, IDLE = ([{"t": 1.0 * n, "user_ns": 1e9 * cpus * n, **QUIET} for n in range(4)] for cpus in (2.0, 0.01))


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with as much memory and the frequency limits that a test gives it."""

    def make(available_kb: int = 900, limit_khz: int = 3000) -> None:
        policy = tmp_path / "policy0"
        policy.mkdir(exist_ok=True)
        (policy / "scaling_max_freq").write_text(f"{limit_khz}\n")
        (policy / "cpuinfo_max_freq").write_text("3000\n")
        (tmp_path / "meminfo").write_text(f"MemTotal: 1000 kB\nMemAvailable: {available_kb} kB\n")
        monkeypatch.setattr(quiet, "CPUFREQ", tmp_path)
        monkeypatch.setattr(quiet, "PROC_MEMINFO", tmp_path / "meminfo")

    make()
    return make


def test_a_quiet_machine_is_silent(machine) -> None:
    assert quiet.spoilers(IDLE) == ()


def test_each_spoiler_is_named(machine) -> None:
    machine(available_kb=50, limit_khz=1500)
    assert quiet.spoilers(BUSY) == (
        "other work: other programs use 2.0 CPUs",
        "only 5% of the memory is available",
        "CPU frequency is limited to 50% of its maximum (policy0/scaling_max_freq)",
    )


def test_what_cannot_be_read_is_left_out(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(quiet, "CPUFREQ", tmp_path / "none")
    monkeypatch.setattr(quiet, "PROC_MEMINFO", tmp_path / "none")
    assert quiet.spoilers([{"t": 1.0}]) == ()


def test_waiting_ends_when_it_is_quiet_and_says_what_it_waits_for(monkeypatch) -> None:
    monkeypatch.setattr(quiet, "AGAIN_S", 0.01)
    looks, said = iter([("other work",), ("other work",), ()]), []
    assert quiet.wait(60, said.append, lambda: next(looks)) == ()
    assert said == ["waiting up to 60 s for a quiet machine: other work"]


def test_waiting_ends_at_its_limit(monkeypatch) -> None:
    monkeypatch.setattr(quiet, "AGAIN_S", 0.01)
    assert quiet.wait(0.03, lambda _: None, lambda: ("other work",)) == ("other work",)


def test_what_is_left_is_said_with_the_way_to_wait_for_its_end(monkeypatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(quiet, "spoilers", lambda: ("other work: other programs use 2.0 CPUs",))
    notes = quiet.look_first(0.0, said.append)
    assert notes == ("before the first trial: other work: other programs use 2.0 CPUs",)
    assert said == [
        "warning: other work: other programs use 2.0 CPUs; results will be marked for it",
        "  next: --wait-quiet waits until that ends",
    ]


def test_real_other_work_is_seen(machine) -> None:
    """Started by a shell that ends: a child of ours would be our own."""
    code = "while True: pass"
    started = subprocess.run(
        ["sh", "-c", f"setsid {sys.executable} -c '{code}' >/dev/null 2>&1 & echo $!"], capture_output=True, text=True
    )
    pid = int(started.stdout)
    try:
        assert any("other programs use" in one for one in quiet.spoilers())
    finally:
        os.kill(pid, signal.SIGKILL)
