"""The reader beside a trial: it sees what runs, tells ours from others', and costs next to nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from perfadvisor.facts.trial.gauges import deltas
from perfadvisor.targets.base import Command
from perfadvisor.targets.here import gauges
from perfadvisor.targets.here.gauges import GaugeReader, Watched, procs_running, read_row
from perfadvisor.targets.here.own_threads import (
    FAR_MARK,
    OwnThread,
    far_ends,
    processes,
    scheduled,
    threads,
    vhost_threads,
)
from perfadvisor.targets.here.process import serve

SPIN = "while True: pass"


@pytest.fixture
def our_load():
    """A program of ours that keeps one CPU busy."""
    server = serve(Command(argv=(sys.executable, "-c", SPIN), timeout_s=60))
    assert server.pid
    time.sleep(0.2)
    yield server
    server.stop()


def test_the_tool_is_ours_and_runs(our_load) -> None:
    rows = [read_row(Watched()) for _ in range(5)]
    assert max(row["own_runnable"] for row in rows) >= 2, "the tool and this reader"
    assert all(row["procs_running"] >= 1 for row in rows)


def test_somebody_elses_load_is_not_ours() -> None:
    leave = "if pid: print(pid, flush=True); os._exit(0)"
    detached = f"import os; pid = os.fork()\n{leave}\nos.close(1); os.setsid()\n{SPIN}"
    started = subprocess.run([sys.executable, "-c", detached], stdout=subprocess.PIPE, timeout=10)
    pid = int(started.stdout)
    try:
        time.sleep(0.2)
        rows = [read_row(Watched()) for _ in range(20)]
        assert sum(row["other_runnable"] for row in rows) / len(rows) >= 0.5
    finally:
        os.kill(pid, signal.SIGKILL)


def test_threads_of_ours_that_fall_asleep_while_we_look_are_nobody_elses(monkeypatch) -> None:
    """The reader takes the sender's CPU, and the receiver on the other one has nothing left to receive."""
    running, asleep = OwnThread("R", 0), OwnThread("S", 1)
    looks = iter([[running, running, running], [running, running, asleep]])
    monkeypatch.setattr(gauges, "threads", lambda _: next(looks))
    counts = iter([3, 2])
    monkeypatch.setattr(gauges, "procs_running", lambda: next(counts))
    row = read_row(Watched(softirq_threads=()))
    assert (row["own_runnable"], row["other_runnable"]) == (3, 0.5)
    looks = iter([[running, running, asleep]] * 2)
    assert read_row(Watched(softirq_threads=()))["other_runnable"] == 0.0


@pytest.mark.tools
def test_both_ends_of_a_connection_are_ours() -> None:
    """Told by their process, not by silence: other programs may run on the machine while this test does."""
    port = "47821"
    server = serve(Command(argv=("iperf3", "--server", "--one-off", f"--port={port}"), timeout_s=60))
    time.sleep(0.5)
    client = serve(Command(argv=("iperf3", "--client=127.0.0.1", f"--port={port}", "--time=3"), timeout_s=60))
    try:
        time.sleep(1.0)
        names = [Path(f"/proc/{process}/comm").read_text().strip() for process in {*processes(os.getpid())}]
        before = scheduled(os.getpid())
        time.sleep(1.0)
        after = scheduled(os.getpid())
    finally:
        client.stop()
        server.stop()
    assert names.count("iperf3") == 2, "both ends"
    assert before is not None and after is not None
    assert sum(after) - sum(before) > 0.2e9, "both ran, or waited for a CPU"


def test_kernel_threads_of_a_guest_of_ours_are_ours() -> None:
    """A process may call itself what the kernel calls its threads: the name tells for whom it works."""
    names = [f"vhost-{os.getpid()}", f"vhost-{os.getppid()}"]
    set_name = "ctypes.CDLL(None).prctl(15, sys.argv[1].encode(), 0, 0, 0)"  # PR_SET_NAME: /proc may be read-only
    rename = f"import ctypes, sys, time; {set_name}; time.sleep(60)"
    posed = [serve(Command(argv=(sys.executable, "-c", rename, name), timeout_s=60)) for name in names]
    try:
        comms = [Path(f"/proc/{one.pid}/comm") for one in posed]
        deadline = time.monotonic() + 10.0
        while [file.read_text().strip() for file in comms] != names and time.monotonic() < deadline:
            time.sleep(0.02)
        assert vhost_threads(os.getpid()) == (str(posed[0].pid),)
    finally:
        for one in posed:
            one.stop()


def test_where_it_runs_is_seen(our_load) -> None:
    everywhere, nowhere = frozenset(range(4096)), frozenset[int]()
    shares = [read_row(Watched(remote_cpus=cpus)).get("remote_cpu_share") for cpus in (everywhere, nowhere, None)]
    assert shares[0] in (1.0, None)
    assert shares[1] in (0.0, None)
    assert shares[2] is None


def test_rows_come_once_a_period_and_tell_their_cost(monkeypatch) -> None:
    monkeypatch.setattr(gauges, "PERIOD_S", 0.1)
    with GaugeReader(Watched(pci="0000:ff:1f.7")) as reader:
        time.sleep(0.5)
    assert 3 <= len(reader.rows) <= 6
    assert all(row["cost_s"] > 0 for row in reader.rows)
    assert deltas(reader.rows, seconds=0.5)["gauge.samples"] == len(reader.rows)


def test_reading_is_cheap() -> None:
    watched = Watched()
    spent = time.process_time()
    for _ in range(50):
        read_row(watched)
    assert (time.process_time() - spent) / 50 < 0.01, "1 % of a core at one reading a second"


def test_an_unfinished_with_block_stops_the_reader() -> None:
    with pytest.raises(KeyboardInterrupt), GaugeReader(Watched()) as reader:
        raise KeyboardInterrupt
    assert reader.rows == ()


def test_the_kernel_agrees_on_what_runs() -> None:
    stat = dict(line.split(" ", 1) for line in Path("/proc/stat").read_text().splitlines())
    assert abs(procs_running() - int(stat["procs_running"])) <= 8
    assert len(threads(1)) > 0


def test_the_far_end_of_a_test_on_this_machine_is_no_other_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is started through a shell of another machine's target, so it is not below this process, but it is marked."""
    script = f"{sys.executable} -c 'import time\nfor _ in range(3000000): pass\ntime.sleep(60)' & echo $!; wait"
    marked = subprocess.Popen(
        ["sh", "-c", script], env=os.environ | {FAR_MARK: "x"}, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert marked.stdout is not None
        child = int(marked.stdout.readline())
        assert marked.pid in far_ends() and child not in far_ends(), (
            "of both the shell alone, which stands for its child"
        )
        monkeypatch.setattr(gauges, "processes", lambda _: frozenset())  # as if it were not below this process
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            alone, both = (read_row(Watched(far_ends=far))["our_user_ns"] for far in ((), (marked.pid,)))
            if both > alone:
                break
            time.sleep(0.05)
        assert both > alone
    finally:
        os.killpg(marked.pid, signal.SIGKILL)
        marked.wait()
        if marked.stdout:
            marked.stdout.close()
