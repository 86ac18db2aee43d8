"""A guest that never says anything, with a real QEMU that is stopped before its first instruction."""

import contextlib
import gc
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.agent.json_socket import JsonSocket
from perfadvisor.targets.base import Command
from perfadvisor.targets.here.process import serve
from perfadvisor.targets.vm import boot as vm_boot
from perfadvisor.targets.vm import plug
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


@pytest.mark.tools
def test_two_guests_have_one_test_file(tmp_path: Path) -> None:
    """QEMU locks what may be written: the second guest would not get the disk that all are measured on."""
    if shutil.which(STOPPED[0]) is None:
        pytest.skip(f"{STOPPED[0]} is not installed")
    data = tmp_path / "data"
    data.write_bytes(bytes(1 << 20))
    with contextlib.ExitStack() as undo:
        for name in ("one", "other"):
            folder = tmp_path / name
            folder.mkdir()
            identity, options = identity_of(name), options_of(read_spec("vm"))
            recipe = vm_boot.Recipe(options=options, kvm=False, directory=folder, identity=identity)
            guest = serve(Command(argv=silent(recipe, folder), timeout_s=60.0))
            undo.callback(guest.stop)
            place = vm_boot._socket(recipe, "monitor", guest, time.monotonic() + 30.0)
            monitor = JsonSocket(place, "QEMU")
            undo.callback(monitor.close)
            monitor.ask("qmp_capabilities")
            assert monitor.ask("query-name")["name"] == name
            assert monitor.ask("query-uuid")["UUID"] == identity.uuid
            plug.plug_disk(monitor, 0, data, True, replace(options, cache="writeback"), identity.serial)
            assert plug.DISK in plug.plugged(monitor)
            assert "slot0" in plug.places(monitor), "where the disk will be once the firmware has numbered the buses"
