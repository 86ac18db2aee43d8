"""A real QEMU with everything that a guest of ours has, stopped before its first instruction: what it answers of itself
is what the guest would get."""

import contextlib
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.agent.json_socket import JsonSocket
from perfadvisor.targets.base import Command
from perfadvisor.targets.here.process import serve
from perfadvisor.targets.vm import boot as vm_boot
from perfadvisor.targets.vm import plug
from perfadvisor.targets.vm.fixed import identity_of
from perfadvisor.targets.vm.near import Place
from perfadvisor.targets.vm.options import options_of

QEMU = "qemu-system-x86_64"
STOPPED = ("-S", "-nodefaults", "-display", "none")


@contextlib.contextmanager
def stopped(folder: Path, spec: str, place: Place | None = None, nic: str = "") -> Iterator[vm_boot.RunningGuest]:
    """The guest of this spec; its virtio disk is `folder`/data where there is one."""
    options, identity = options_of(read_spec(spec)), identity_of("asked")
    recipe = vm_boot.Recipe(options=options, kvm=False, directory=folder, identity=identity, place=place, nic=nic)
    shape = ("-smp", str(options.cpus), "-m", f"{options.memory_bytes >> 20}M")
    words = shlex.split(" ".join(vm_boot._qemu(recipe)))
    for name in ("monitor", "agent", "done"):
        (folder / name).unlink(missing_ok=True)
    with contextlib.ExitStack() as undo:
        process = serve(Command(argv=(QEMU, *STOPPED, *shape, *words), timeout_s=60.0))
        undo.callback(process.stop)
        monitor = JsonSocket(vm_boot._socket(recipe, "monitor", process, time.monotonic() + 30.0), "QEMU")
        undo.callback(monitor.close)
        monitor.ask("qmp_capabilities")
        if (folder / "data").exists():
            plug.plug_disk(monitor, 0, folder / "data", True, options, identity.serial)
        guest: Any = None  # no agent of a guest that never runs answers
        yield vm_boot.RunningGuest(
            process=process, pid=vm_boot._pid(monitor), monitor=monitor, agent=guest, emulated=True
        )


def told(guest: vm_boot.RunningGuest, path: str, name: str) -> Any:
    """A property of an object of QEMU."""
    return guest.monitor.ask("qom-get", {"path": path, "property": name})
