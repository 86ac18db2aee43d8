"""Guests whose threads are watched for some seconds: one that wanders over the CPUs and one whose I/O thread is full,
and the same guests set up well.

`python -m tests.planted.watched` keeps what was read of either side in tests/data/planted. A guest here runs a program
of a few bytes: it sets the timer to 1,000 ticks a second, and sleeps between two of them."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.scrub import Scrubber
from tests.planted.guests import QEMU, _place, _process, _threads, _vcpus, _wait
from tests.planted.kept import RUNS
from tests.planted.record import process

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS, SETTLES_S = "6s", 12.0
# Command and divisor of the 8253's counter 0, 1193182 / 1193 a second; then sti, hlt, and again.
TICKS = b"\xb0\x34\xe6\x43\xb8\xa9\x04\xe6\x40\x88\xe0\xe6\x40\xfb\xf4\xeb\xfd"
BOOT_SECTOR = TICKS.ljust(510, b"\0") + b"\x55\xaa"
# Work of others that is on each CPU in turn, so that whoever wakes finds the other one idle.
IN_TURNS = """
import os, sys, time
cpu = int(sys.argv[1])
os.sched_setaffinity(0, {cpu})
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(2))
while True:
    turn = int(time.monotonic() * 100)
    while turn % 2 == cpu and int(time.monotonic() * 100) == turn:
        pass
    time.sleep(max(0.0, (turn + 1) / 100 - time.monotonic()))
"""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A guest with this many CPUs, of which those in `vcpus` are pinned; `copies` where its I/O thread copies a disk
    all the time."""

    name: str
    smp: int
    vcpus: Mapping[int, Sequence[int]] = field(default_factory=dict)
    copies: bool = False


BAD = (
    Watched(name="wandering", smp=2, vcpus={1: [0]}),
    Watched(name="copying", smp=4, copies=True),
)
GOOD = (
    Watched(name="pinned", smp=2, vcpus={0: [0], 1: [1]}),
    Watched(name="idle", smp=4),
)
RULES = {"vm-vcpu-not-pinned": ("wandering", "pinned"), "vm-disk-single-iothread": ("copying", "idle")}
"""Rule -> the guest on which it fires, and the one on which it is clear."""

HUGE = 1 << 53
COPY = {"job-id": "j", "device": "disk", "target": "other", "sync": "full"}
_DISK = (
    f"-blockdev driver=null-co,node-name=disk,size={HUGE},read-zeroes=off "
    f"-blockdev driver=null-co,node-name=other,size={HUGE} "
    "-object iothread,id=io0 -device virtio-blk-pci,drive=disk,iothread=io0,bootindex=1"
)
_BOOT = "-drive file={boot},format=raw,if=none,id=b -device ide-hd,drive=b,bootindex=0"


@contextmanager
def running(guests: Sequence[Watched], folder: Path) -> Iterator[None]:
    """All of them, running."""
    with ExitStack() as stack:
        for guest in guests:
            stack.enter_context(_one(guest, folder))
        yield


@contextmanager
def _one(guest: Watched, folder: Path) -> Iterator[None]:
    monitor, boot = folder / f"{guest.name}.qmp", folder / f"{guest.name}.img"
    boot.write_bytes(BOOT_SECTOR.ljust(1 << 20, b"\0"))
    words = f"-smp {guest.smp} -m 64 -nodefaults -display none -no-user-config -machine q35 -accel tcg,thread=multi "
    words += f"{_DISK} {_BOOT.format(boot=boot)} -qmp unix:{monitor},server=on,wait=off"
    name = ("-name", f"guest={guest.name},debug-threads=on")
    with _process("unshare", "--net", QEMU, *name, *words.split()) as qemu:
        _wait(lambda: _vcpus(qemu.pid) == guest.smp and monitor.exists(), qemu)
        _place(qemu.pid, guest.vcpus)
        time.sleep(SETTLES_S)
        if guest.copies:
            _copy(monitor)
        _before_others(qemu.pid, "IO " if guest.copies else "")
        yield


def _before_others(pid: int, name: str) -> None:
    """Other work on the machine must not hide what this thread does."""
    for thread, called in _threads(pid).items():
        if called.startswith(name):
            os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(1))


def _copy(monitor: Path) -> None:
    """From one disk that is nothing to another, in the thread that serves the first."""
    asked = (
        {"execute": "qmp_capabilities"},
        {"execute": "blockdev-mirror", "arguments": COPY},
    )
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as line:
        line.settimeout(20)
        line.connect(str(monitor))
        with line.makefile("rw") as said:
            said.readline()
            for one in asked:
                said.write(json.dumps(one) + "\n")
                said.flush()
                said.readline()  # of the last one only that it was understood: it works in a thread of its own


def main() -> None:
    """Each of them, one after the other."""
    with tempfile.TemporaryDirectory(prefix="perfadvisor-watched-") as place:
        folder = Path(place)
        scrubber = Scrubber({place: "/tmp/guests", str(REPOSITORY): "/opt/perfadvisor"})
        for guests, name in ((GOOD, "watched-good"), *(((guest,), f"watched-{guest.name}") for guest in BAD)):
            with running(guests, folder), ExitStack() as others:
                for cpu in (0, 1) if name == "watched-wandering" else ():
                    others.enter_context(process(sys.executable, "-c", IN_TURNS, str(cpu)))
                archive = folder / f"{name}.tar.gz"
                argv = [sys.executable, "-m", "perfadvisor", "snapshot", "--for", SECONDS, "-o", str(archive)]
                subprocess.run(argv, check=True)
            scrubber.snapshot(archive, RUNS.parent / f"{name}.tar.gz")


if __name__ == "__main__":
    main()
