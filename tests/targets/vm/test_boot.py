"""A guest that never says anything, with a real QEMU that is stopped before its first instruction."""

import gc
import shutil
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.agent.json_socket import JsonSocket
from perfadvisor.targets.vm import boot as vm_boot
from perfadvisor.targets.vm.fixed import identity_of
from perfadvisor.targets.vm.options import options_of

STOPPED = ("qemu-system-x86_64", "-S", "-m", "64", "-nodefaults", "-display", "none")


def silent(recipe: vm_boot.Recipe, _script: Path) -> tuple[str, ...]:
    """All that a guest has, only it never runs."""
    return (*STOPPED, *" ".join(vm_boot._qemu(recipe)).split())


@pytest.mark.tools
def test_a_guest_that_never_answers_leaves_nothing_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which(STOPPED[0]) is None:
        pytest.skip(f"{STOPPED[0]} is not installed")
    options, identity = options_of(read_spec("vm")), identity_of("vm")
    recipe = vm_boot.Recipe(options=options, kvm=False, directory=tmp_path, identity=identity)
    monkeypatch.setattr(vm_boot, "argv", silent)
    monkeypatch.setattr(vm_boot, "EMULATED_BOOT_S", 4.0)
    with pytest.raises(MeasureError, match="its agent did not answer in time"):
        vm_boot.boot(recipe)
    gc.collect()  # an open socket that is collected is a warning, and that is an error here


def test_a_socket_that_is_not_there_leaves_nothing_open(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        JsonSocket(tmp_path / "none", "QEMU")
    gc.collect()
