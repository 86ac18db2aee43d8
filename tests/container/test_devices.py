"""Devices in containers of both engines, for real as far as a machine without an IOMMU has them: the limit on locked
memory, and a network interface that goes in and comes back. The rest is proven in the lab."""

import os
import shutil
import subprocess
import sys

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.base import VfioFunction
from perfadvisor.targets.container import devices as container_devices
from perfadvisor.targets.container.devices import Given
from perfadvisor.targets.container.engine import MEMLOCK_HINT
from perfadvisor.targets.open import open_target

pytestmark = pytest.mark.container


class WithoutNodes(Given):
    """What a container with a group gets, but for the nodes, which this machine does not have."""

    limit = "-1:-1"

    def arguments(self) -> tuple[str, ...]:
        whole = Given.arguments(self)
        assert whole[-1] == "--ulimit=memlock=-1:-1"
        return (f"--ulimit=memlock={self.limit}",)


@pytest.fixture
def passed(monkeypatch) -> None:
    one = VfioFunction(address="0000:03:00.0", group=9)
    monkeypatch.setattr(container_devices, "give", lambda *_: WithoutNodes(passed=(one,)))


def test_all_memory_may_be_locked_or_the_environment_is_refused(engine, passed) -> None:
    """A machine may forbid its own root to raise the limit: then it is said, with what helps."""
    try:
        made = open_target(read_spec(engine))
    except MeasureError as error:
        assert "rlimit" in error.message.lower(), error.message
        assert error.hint == MEMLOCK_HINT
        return
    try:
        assert container_devices.memlock(made.pid) == "unlimited"
        assert made.passed[0].group == 9
    finally:
        made.close()


def test_a_limit_on_locked_memory_that_was_ignored_refuses_the_environment(engine, passed, monkeypatch) -> None:
    monkeypatch.setattr(WithoutNodes, "limit", "65536:65536")
    with pytest.raises(MeasureError, match=r"ignored memlock=-1 \(its first process has 65536\)"):
        open_target(read_spec(engine))


# In a network namespace of its own, so that the machine's is left alone.
MOVES = """
import os, subprocess, sys
from perfadvisor.targets.lending.nic import move_in
from perfadvisor.errors import MeasureError
pid = int(sys.argv[1])
say = lambda *argv: print(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)
say("ip", "link", "add", "perfvf0", "type", "veth", "peer", "name", "other0")
move_in(("perfvf0",), "192.0.2.7/24", pid)
say("ip", "-o", "link")
print("--- inside")
say("nsenter", f"--target={pid}", "--net", "ip", "-o", "address")
say("nsenter", f"--target={pid}", "--net", "ip", "link", "set", "perfvf0", "netns", str(os.getpid()))
print("--- back")
say("ip", "-o", "link")
try:
    move_in(("nothing0",), "", pid)
except MeasureError as error:
    print("refused:", error.message)
"""


def test_an_interface_moves_in_and_back(engine) -> None:
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("needs root and iproute2")
    made = open_target(read_spec(engine))
    try:
        argv = ("unshare", "--net", sys.executable, "-c", MOVES, str(made.pid))
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        outside, inside, back = done.stdout.replace("--- back", "--- inside").split("--- inside")
        assert "perfvf0" not in outside
        assert "perfvf0" in back
        assert "inet 192.0.2.7/24" in inside
        assert "refused: ip link set dev nothing0 netns" in back
    finally:
        made.close()
