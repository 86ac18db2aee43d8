"""Whether hardware virtualisation really works here: a device node can exist and yet abort or hang whoever uses it.

A boot sector of five instructions is started under KVM; it says through QEMU's debug-exit port that it ran.
"""

import os
import tempfile
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import Command
from perfadvisor.targets.here.process import run

KVM = Path("/dev/kvm")
PROBE_S = 15.0  # real hardware takes 0.3 s
PORT, SAID = 0xF4, 0x10
# mov al, `SAID`; out PORT, al; cli; hlt: 512 bytes with the signature that a BIOS looks for.
SECTOR = bytes([0xB0, SAID, 0xE6, PORT, 0xFA, 0xF4]).ljust(510, b"\0") + b"\x55\xaa"
RAN = SAID << 1 | 1  # as isa-debug-exit makes exit codes (QEMU hw/misc/debugexit.c)
_learned: list[str] = []  # a guest that hangs costs a minute, and the next one would hang, too


def learned(reason: str) -> None:
    """A guest booted without KVM and not with it: none tries again while this process lives."""
    _learned[:] = [reason]


def host_is_emulated(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether this host is itself QEMU without hardware virtualisation: its KVM works, at an emulator's speed."""
    return "QEMU TCG" in cpuinfo.read_text(errors="replace")


def why_no_kvm(device: Path = KVM) -> str:
    """The reason why guests must be emulated, "" where KVM boots something."""
    if _learned and device == KVM:
        return _learned[0]
    if not device.exists():
        return "there is no /dev/kvm: switch virtualisation on in the firmware, or allow it nested"
    if not os.access(device, os.R_OK | os.W_OK):
        return "/dev/kvm is not accessible for this user: usermod -aG kvm $USER"
    if device == KVM and host_is_emulated():
        return ""  # an emulator's own KVM: the probe would take as long as a guest, which is tried anyway
    with tempfile.TemporaryDirectory(prefix="perfadvisor-probe-") as name:
        sector = Path(name) / "sector"
        sector.write_bytes(SECTOR)
        argv = (
            *("qemu-system-x86_64", "-accel", "kvm", "-cpu", "host", "-nodefaults", "-no-user-config", "-m", "16"),
            *("-display", "none", "-drive", f"file={sector},format=raw,if=floppy,readonly=on", "-boot", "a"),
            *("-device", f"isa-debug-exit,iobase={PORT:#x},iosize=0x04", "-no-reboot"),
        )
        try:
            done = run(Command(argv=argv, timeout_s=PROBE_S))
        except MeasureError as error:
            return error.message
    if done.returncode == RAN:
        return ""
    if done.timed_out:
        return f"/dev/kvm is there, but nothing boots with it within {PROBE_S:.0f} s"
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return f"/dev/kvm is there, but QEMU fails with it: {said[-1][:160] if said else f'exit code {done.returncode}'}"
