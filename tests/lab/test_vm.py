"""An ephemeral guest of this machine, booted for real: hardware virtualisation where it works, else emulated."""

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.bundle import load
from perfadvisor.cli import group
from perfadvisor.errors import CutOffError, MeasureError
from perfadvisor.model.result import TrialState
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.base import Command
from perfadvisor.targets.open import open_target
from perfadvisor.targets.opening import Opening
from perfadvisor.targets.vm import kernel as vm_kernel
from perfadvisor.targets.vm.vm import VmTarget

SHORT = Path(__file__).with_name("workloads")
pytestmark = [pytest.mark.lab, pytest.mark.timeout(900)]


@pytest.fixture(scope="module", autouse=True)
def bootable() -> None:
    if shutil.which("qemu-system-x86_64") is None:
        pytest.skip("qemu-system-x86_64 is not installed")
    try:
        vm_kernel.vng(), vm_kernel.choose()
    except MeasureError as error:
        pytest.skip(f"no guest can boot: {error.message}")


@pytest.fixture
def guest(tmp_path: Path) -> Iterator[VmTarget]:
    target = open_target(read_spec("vm"), Opening(directory=tmp_path))
    assert isinstance(target, VmTarget)
    yield target
    target.close()


def test_a_guest_that_dies_in_the_middle_is_said_and_replaced(guest: VmTarget, tmp_path: Path) -> None:
    guest.take()
    said = guest.run(Command(argv=("sh", "-c", "cat; echo no >&2; exit 3"), timeout_s=60, stdin=b"yes"))
    assert (said.returncode, said.stdout, said.stderr) == (3, b"yes", b"no\n")
    slow = guest.run(Command(argv=("sleep", "100"), timeout_s=2))
    assert slow.timed_out
    data = tmp_path / "data"
    data.write_bytes(os.urandom(8 << 20))
    node, way, _ = guest.node_for(data, True)
    size = guest.run(Command(argv=("blockdev", "--getsize64", node), timeout_s=60))
    assert int(size.stdout) == 8 << 20
    assert way.pci
    assert guest._guest is not None
    threading.Timer(3.0, os.kill, (guest._guest.process.pid, signal.SIGKILL)).start()
    with pytest.raises(CutOffError, match="the guest died"):
        guest.run(Command(argv=("sleep", "100"), timeout_s=120))
    again = guest.run(Command(argv=("echo", "here"), timeout_s=60))
    assert again.stdout == b"here\n"


def test_host_and_guest_side_by_side(tmp_path: Path) -> None:
    """What a user types, with shorter trials."""
    words = ["run", "storage/lab-randread", "--env", "local", "--env", "vm", "--repeats", "3"]
    words += ["--dir", str(tmp_path), "--out", str(tmp_path / "run"), "--workloads", str(SHORT)]
    done = CliRunner().invoke(group, words)
    assert done.exit_code == 0, done.output
    run = load(tmp_path / "run")
    counts = {spec: sum(one.trial.environment == spec for one in run.results) for spec in ("local", "vm")}
    assert counts == {"local": 3, "vm": 3}
    assert all(one.state is TrialState.DONE for one in run.results), [one.reason for one in run.results]
    inside = [one for one in run.results if one.trial.environment == "vm"]
    assert all(one.path.block.startswith("vd") for one in inside)
    assert run.environments[1].parent == "local"
    assert run.before["vm"].parent is not None
    if run.environments[1].emulated:
        assert any("not the speed" in note for note in run.notes)
    assert not list(tmp_path.glob("*.data"))
