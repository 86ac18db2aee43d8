"""A machine behind a shell gives the same tree as reading it directly, and nothing started there lives on."""

import json
import subprocess
import sys
import time

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.facts import catalogue
from perfadvisor.model.tree import Unreadable
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import Command
from perfadvisor.targets.here import process
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.remote import remote
from perfadvisor.targets.remote.remote import RemoteTarget


class ThisMachine(RemoteTarget):
    """This machine, reached only through its shell."""

    def __init__(self) -> None:
        super().__init__(Spec(text="here"))

    def exec(self, command):
        return process.run(command)

    def start(self, command):
        return process.serve(command)

    def close(self):
        pass


class Watched(ThisMachine):
    """The same, behind a lifeline."""

    lifeline = True


class Gone(ThisMachine):
    def exec(self, command):
        raise MeasureError("gone", "come back")


def command(*argv, timeout_s=20.0) -> Command:
    return Command(argv=argv, timeout_s=timeout_s)


def test_facts_are_those_of_a_direct_reading() -> None:
    there, here = (catalogue.read(target.tree(catalogue.PATTERNS)) for target in (ThisMachine(), LocalTarget()))
    for name in (
        "cpu.model_name",
        "cpu.online",
        "numa.node_count",
        "environment.kind",
        "cgroup.path",
        "cgroup.version",
        "pci.function_count",
        "kernel.release",
        "network.congestion_control",
    ):
        assert there.value(name) == here.value(name), name
    for name in ("nic.mtu", "nic.tso", "nic.rx_usecs", "nic.ring_rx", "nic.driver"):
        physical = {subject: value for subject, value in here.of(name).items() if subject in ("eth0", "lo")}
        assert {subject: there.value(name, subject) for subject in physical} == physical, name


def test_what_a_command_cannot_say_has_its_reason() -> None:
    tree = ThisMachine().tree(("$ no-such-program", "$ false", "$ printf 'a b'", "/proc/version"))
    assert tree.entry("$ no-such-program") == Unreadable("no-such-program is not installed")
    assert tree.entry("$ false") == Unreadable("exit code 1: no message")
    assert tree.text("$ printf 'a b'") == "a b"
    assert tree.text("/proc/version").startswith("Linux version")


def test_an_odd_name_of_an_interface_is_never_run(monkeypatch) -> None:
    odd = "eth0;touch x"
    monkeypatch.setattr(ThisMachine, "files", lambda self, patterns: remote.Tree({f"/sys/class/net/{odd}/mtu": b"1"}))
    assert list(remote._sources(["$ ethtool -i {nic}"], ThisMachine().files(()))) == []


def test_a_machine_that_is_gone_reads_as_nothing() -> None:
    tree = Gone().tree(catalogue.PATTERNS)
    assert all(isinstance(entry, Unreadable) for _, entry in tree.items())


@pytest.mark.parametrize("kind", [ThisMachine, Watched])
def test_a_command_gives_back_its_own_output_and_code(kind) -> None:
    done = kind().run(command("sh", "-c", "echo out; echo err >&2; exit 7"))
    assert (done.stdout, done.stderr, done.returncode) == (b"out\n", b"err\n", 7)
    assert done.command.argv[0] == "sh"


@pytest.mark.parametrize("kind", [ThisMachine, Watched])
def test_a_time_out_ends_what_left_its_parent(kind) -> None:
    done = kind().run(command("sh", "-c", "setsid sleep 91.3 & sleep 91.3", timeout_s=0.5))
    assert done.timed_out
    assert not running("sleep 91.3")


def test_a_served_program_is_ended_by_stop() -> None:
    server = Watched().serve(command("sh", "-c", "sleep 92.3 & sleep 92.3"))
    assert wait_until(lambda: running("sleep 92.3"))
    server.stop()
    assert wait_until(lambda: not running("sleep 92.3"))


def test_the_lifeline_ends_the_tool_when_its_input_ends() -> None:
    """As sshd closes it when the connection breaks: the shells run on their own, nothing else looks after them."""
    argv = json.dumps(["sh", "-c", remote.LIFELINE, "task", "PERFADVISOR_TASK=test-lifeline", "sleep", "93.3"])
    shell = subprocess.Popen(
        [sys.executable, "-c", f"import os; os.execvp('sh', {argv})"], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        assert wait_until(lambda: running("sleep 93.3"))
        assert shell.stdin is not None
        shell.stdin.close()
        assert wait_until(lambda: not running("sleep 93.3"))
    finally:
        shell.kill()
        shell.wait()


def running(words: str) -> bool:
    return subprocess.run(["pgrep", "-fx", words], capture_output=True).returncode == 0


def wait_until(condition, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(0.05)
    return bool(condition())
