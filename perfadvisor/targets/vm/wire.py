"""A guest's virtio NIC on the wire of one of this machine's interfaces, through macvtap.

QEMU gets the character device already open: a shell opens it in front of QEMU, because virtme-ng starts QEMU by itself
and keeps no file of ours open.
"""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import Command, Completed, NetworkEnds
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.undo import undone_by
from perfadvisor.targets.here.process import run
from perfadvisor.targets.lending.pci_group import text_of
from perfadvisor.targets.lending.pci_refusals import is_up
from perfadvisor.targets.vm.network import Cable, mac_of, vhost

NETS = Path("/sys/class/net")
DESCRIPTOR = 7  # of a single digit: POSIX's shell knows no other
STEP_S = 10.0


@dataclass
class Wire(Cable):
    """`tap` is the macvtap interface beside the one whose wire it uses; `host` is unknown."""

    def qemu(self) -> str:
        """QEMU's words for it."""
        end = f"tap,id=cable,fd={DESCRIPTOR}{vhost()}"
        return f"-netdev {end} -device virtio-net-pci,netdev=cable,mac={self.mac}"

    def program(self, folder: Path) -> str:
        """A script in this directory that opens the device and becomes QEMU."""
        number = text_of(NETS / self.tap / "ifindex")
        script = folder / "qemu"
        script.write_text(
            f'#!/bin/sh\nexec {DESCRIPTOR}<>/dev/tap{number}\nexec qemu-system-{platform.machine()} "$@"\n'
        )
        script.chmod(0o755)
        return str(script)

    def connect(self, execute: Callable[[Command], Completed]) -> None:
        """The address in the guest; this machine's interface has its own."""
        self.bring_up(execute)

    def link(self, name: str) -> NetworkEnds:
        """MeasureError: which machines share that wire is unknown."""
        raise MeasureError(f"{name}: which machine is on that wire is not known", "name it: --peer ssh:USER@HOST")


def wire(interface: str, address: str, number: int, book: Journal) -> Wire:
    """A macvtap interface on this one's wire for the guest with this number within the process. MeasureError where it
    cannot be made."""
    if not (NETS / interface).exists():
        raise MeasureError(f"macvtap={interface}: no such network interface here", "see ip link")
    if not is_up(interface):
        raise MeasureError(f"macvtap={interface}: it is switched off", f"ip link set {interface} up")
    name, mac = f"pm{os.getpid()}.{number}", mac_of(number)
    removal = f'[ ! -e {NETS}/"$0" ] || ip link delete "$0"'
    book.record(undone_by(("sh", "-c", removal, name), f"macvtap {name}"))
    for argv in (
        ("add", "link", interface, "name", name, "type", "macvtap", "mode", "bridge"),
        ("set", name, "address", mac, "up"),
    ):
        done = run(Command(argv=("ip", "link", *argv), timeout_s=STEP_S))
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise MeasureError(f"macvtap={interface}: {said or 'ip failed'}", "run it as root")
    guest, _, prefix = address.partition("/")
    return Wire(tap=name, mac=mac, host="", guest=guest, prefix=int(prefix))
