"""Machines by SSH, for real: the host key checked, tools sent over, nothing left there, cuts survived."""

import subprocess
import time

import pytest

from perfadvisor import bundle
from perfadvisor.model.result import TrialState
from perfadvisor.targets.here import namespaces

pytestmark = pytest.mark.slow

WORKLOADS = {
    "network/short": ("iperf3", "{protocol: tcp, streams: 1}", "bits_per_s", 1),
    "storage/short": ("fio", "{rw: randread, engine: psync, size_bytes: 16777216}", "read.iops", 1),
    "storage/long": ("fio", "{rw: randread, engine: psync, size_bytes: 16777216}", "read.iops", 6),
}

OPEN = """
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.open import open_target
from perfadvisor.targets.base import Command
from perfadvisor.errors import MeasureError
def command(*argv, timeout_s=20.0): return Command(argv=argv, timeout_s=timeout_s)
try:
    target = open_target(read_spec(SPEC))
except MeasureError as error:
    print(f"{error.message} | {error.hint}")
    raise SystemExit(3)
"""


@pytest.fixture
def workloads(far):
    for name, (tool, parameters, metric, seconds) in WORKLOADS.items():
        file = far.folder / "workloads" / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            f"id: {name}\ntitle: Short\nwhy: To test with.\nruntime_s: {seconds}\nwarmup_s: 0\ntool: {tool}\n"
            f"parameters: {parameters}\nmetrics: [{metric}]\n"
        )
    return ("--workloads", str(far.folder / "workloads"), "--out", str(far.folder / "run"))


def results(far) -> dict[str, list]:
    found: dict[str, list] = {}
    for result in bundle.load(far.folder / "run").results:
        found.setdefault(f"{result.trial.workload}@{result.trial.environment}", []).append(result)
    return found


def test_the_network_between_two_machines_and_the_far_disk(far, workloads) -> None:
    words = ("network/short", "storage/short", "--env", far.spec, "--repeats", "1", *workloads)
    done = far.call("run", *words)
    assert done.returncode == 0, done.stderr
    far_disk = results(far)["storage/short@far"][0]
    assert far_disk.state is TrialState.DONE, far_disk.reason
    assert far_disk.path.file.startswith(str(far.folder / "disk"))
    assert far_disk.deltas["context_switches.per_s"] > 0
    assert far.left_behind() == []


def test_this_machine_against_the_far_one(far, workloads) -> None:
    peer = far.spec
    done = far.call("run", "network/short", "--env", "local", "--peer", peer, "--repeats", "1", *workloads)
    assert done.returncode == 0, done.stderr
    network = results(far)["network/short@local"][0]
    assert network.state is TrialState.DONE, network.reason
    assert network.path.nic == "perf0", "the cable's end on this side"
    assert f"--client={namespaces.SERVER}" in network.command
    assert bits(network) > 1e6


def bits(result) -> float:
    return next(sample.value for sample in result.output.samples if sample.metric == "bits_per_s")


def test_a_changed_host_key_is_refused_in_one_line(far) -> None:
    far.stop()
    far.new_host_key()
    far.start()
    done = far.python(OPEN)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "its host key has changed" in done.stdout
    assert "ssh-keygen -R" in done.stdout
    assert len(done.stdout.strip().splitlines()) == 1
    far.knows()
    assert far.python(OPEN).returncode == 0, "the right key is let through"


def test_an_unknown_host_key_is_refused_whatever_the_users_file_says(far) -> None:
    (far.folder / "known").write_text("")
    done = far.python(OPEN)
    assert done.returncode == 3
    assert "its host key is not known here" in done.stdout
    assert (far.folder / "known").read_text() == "", "nothing was learned"


def test_nobody_listens(far) -> None:
    far.stop()
    done = far.python(OPEN)
    assert (done.returncode, "cannot be reached" in done.stdout) == (3, True), done.stdout


def test_words_arrive_as_they_were_and_a_time_out_ends_everything(far) -> None:
    code = (
        OPEN
        + """
said = target.run(command("printf", "%s|", "a  b", "$HOME", "'x", "", "*"))
assert said.stdout == b"a  b|$HOME|'x||*|", said
began = __import__("time").monotonic()
assert target.run(command("sh", "-c", "sleep 88.8 & sleep 88.8", timeout_s=0.5)).timed_out
left = target.run(command("sh", "-c", "ps -eo args | grep -c '^sleep 88.8'")).stdout
assert left.strip() == b"0", left
target.close()
"""
    )
    done = far.python(code)
    assert done.returncode == 0, done.stderr


def test_facts_are_those_of_a_local_reading(far) -> None:
    code = (
        OPEN
        + """
from perfadvisor.facts import catalogue
from perfadvisor.targets.here.local import LocalTarget
there, here = catalogue.read(target.tree(catalogue.PATTERNS)), catalogue.read(LocalTarget().tree(catalogue.PATTERNS))
for name in ("cpu.model_name", "cpu.online", "numa.node_count", "memory.total_bytes", "environment.kind",
             "cgroup.version", "pci.function_count", "kernel.release"):
    assert there.value(name) == here.value(name), (name, there.value(name), here.value(name))
assert "lo" in there.subjects("nic")
assert there.value("nic.tso", "lo") == here.value("nic.tso", "lo") != None
target.close()
"""
    )
    done = far.python(code)
    assert done.returncode == 0, done.stderr


def test_tools_are_sent_where_they_are_missing_and_taken_away(far) -> None:
    code = (
        OPEN
        + """
path = target._send("fio")
import os, subprocess
assert target.run(command(path, "--version")).stdout == subprocess.run(["fio", "--version"], capture_output=True).stdout
assert os.path.isdir(os.path.dirname(path)), "this far machine is this machine"
target.close()
assert not os.path.exists(os.path.dirname(path))
"""
    )
    done = far.python(code)
    assert done.returncode == 0, done.stderr
    assert far.left_behind() == []


def test_another_kind_of_machine_gets_nothing_sent(far) -> None:
    code = (
        OPEN
        + """
target.machine = "riscv64"
try:
    target.program("dmabench")
except MeasureError as error:
    assert "riscv64" in error.message, error.message
    raise SystemExit(7)
"""
    )
    assert far.python(code).returncode == 7


def test_a_cut_connection_fails_one_trial_and_the_run_goes_on(far, workloads) -> None:
    words = ("storage/long", "--env", far.spec, "--repeats", "2", *workloads)
    running = subprocess.Popen(
        far.argv("run", *words), env=far.environment(), cwd=far.folder, stderr=subprocess.PIPE, text=True
    )
    assert wait_until(lambda: processes(far), 60), "the first trial runs"
    for pid in sessions(far):
        subprocess.run(["kill", "-9", pid], check=False)
    said = running.communicate(timeout=200)[1]
    assert running.returncode == 0, said
    first, second = results(far)["storage/long@far"]
    assert first.state is TrialState.FAILED
    assert "connection was cut" in first.reason, first.reason
    assert second.state is TrialState.DONE, second.reason
    assert wait_until(lambda: not processes(far), 10), "the tool ended with the connection"
    assert far.left_behind() == []


def test_the_tool_there_dies_with_perfadvisor_here(far, workloads) -> None:
    running = subprocess.Popen(
        far.argv("run", "storage/long", "--env", far.spec, *workloads),
        env=far.environment(),
        cwd=far.folder,
        stderr=subprocess.DEVNULL,
    )
    assert wait_until(lambda: processes(far), 60)
    running.kill()
    running.wait()
    assert wait_until(lambda: not processes(far), 10)
    assert wait_until(lambda: far.left_behind() == [], 20), far.left_behind()


def processes(far) -> list[str]:
    """The tool of a trial, not the one that wrote the file, and of this test alone."""
    found = subprocess.run(["pgrep", "-f", f"^fio .*--rw=randread.*{far.folder}"], capture_output=True, text=True)
    return found.stdout.split()


def sessions(far) -> list[str]:
    """The processes of sshd that serve a connection to this test's daemon."""
    found = subprocess.run(["pgrep", "-P", str(far.daemon.pid)], capture_output=True, text=True).stdout.split()
    below = subprocess.run(["pgrep", "-P", ",".join(found)], capture_output=True, text=True).stdout.split()
    return [pid for pid in (*found, *below) if "sshd" in name(pid)]


def name(pid: str) -> str:
    return subprocess.run(["ps", "-o", "comm=", "-p", pid], capture_output=True, text=True).stdout


def wait_until(condition, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(0.05)
    return bool(condition())
