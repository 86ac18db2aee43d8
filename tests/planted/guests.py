"""Guests set up badly and well, for rules on guests: real QEMU processes that never run a CPU (`-S`).

The same guests are started on the machine of the tests and in the emulated server. Nobody's disk or network is touched:
disks are files in a folder of the test, and each guest has a network namespace of its own.
"""

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

QEMU = "qemu-system-x86_64"
COME_S = 60.0
BASE = ("-S", "-nodefaults", "-display", "none", "-no-user-config")


@dataclass(frozen=True, kw_only=True)
class Guest:
    """`words` with {dir}, and {solid} for a block device; `vcpus` pins each virtual CPU, `others` all other threads, to
    CPUs of the machine."""

    name: str
    words: str
    vcpus: Mapping[int, Sequence[int]] | None = None
    others: Sequence[int] = ()
    accel: str = "tcg,thread=multi"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The rules fire on the bad guest and are clear on the good one."""

    bad: Guest
    good: Guest
    rules: tuple[str, ...]


DISK = "-drive file={{dir}}/{name}.img,if=none,id=d,format=raw,cache=none,aio={aio} -device virtio-blk-pci,drive=d"
TAP = "-netdev tap,id=n,ifname=tap0,script=no,downscript=no,vhost={vhost}{queues} -device virtio-net-pci,netdev=n"
MEMORY = "-m {size} -object memory-backend-ram,id=m,size={size},prealloc=on{more} -machine q35,memory-backend=m"
SMALL = "-m 2G -object memory-backend-memfd,id=m,size=2G,prealloc=on -machine q35,memory-backend=m"
SERVED = "-device vhost-user-blk-pci,chardev=c,num-queues=1 -chardev socket,id=c,path={dir}/%s.sock"
CACHED = "-smp 1 -m 64 -drive file={{solid}},if=none,id=d,format=raw,cache={mode} -device virtio-blk-pci,drive=d"
SHARED = "-m 64 -object memory-backend-memfd,id=m,size=64M,share=%s -machine q35,memory-backend=m"

EVERYWHERE = (
    Pair(
        bad=Guest(
            name="careless",
            words=f"-smp 1 {SHARED % 'off'} {SERVED % 'careless'} {DISK.format(name='careless', aio='threads')}",
        ),
        good=Guest(
            name="careful",
            words=f"-smp 1 {SHARED % 'on'} {SERVED % 'careful'} -object iothread,id=io0 "
            f"{DISK.format(name='careful', aio='native')},iothread=io0",
        ),
        rules=("vm-disk-aio-threads", "vm-disk-in-main-loop", "vm-memory-not-shared"),
    ),
    Pair(
        bad=Guest(
            name="crowded",
            words=f"-smp 2 {SMALL} {DISK.format(name='crowded', aio='native')}",
            vcpus={0: [0], 1: [0]},
        ),
        good=Guest(
            name="placed",
            vcpus={0: [0]},
            others=[1],
            words=f"-smp 1 {MEMORY.format(size='2G', more='')} -object iothread,id=io0 "
            f"{DISK.format(name='placed', aio='native')},iothread=io0",
        ),
        rules=("vm-vcpu-pins-crowded", "vm-emulator-on-vcpu-cpus", "vm-disk-no-iothread", "hugepages-vm-not-backed"),
    ),
    Pair(
        bad=Guest(name="one-lane", words=f"-smp 24 -m 64 {TAP.format(vhost='off', queues='')}"),
        good=Guest(
            name="four-lanes", words=f"-smp 4 -m 64 {TAP.format(vhost='off', queues=',queues=4')},mq=on,vectors=10"
        ),
        rules=("vm-nic-single-queue", "vm-overcommit"),
    ),
    Pair(
        bad=Guest(name="cached", words=CACHED.format(mode="writeback")),
        good=Guest(name="uncached", words=CACHED.format(mode="none")),
        rules=("vm-disk-cache-mode",),
    ),
)


@contextmanager
def running(guests: Sequence[Guest], folder: Path) -> Iterator[None]:
    """All of them, started, their threads placed; ended and gone when the block is left."""
    with ExitStack() as stack:
        for guest in guests:
            stack.enter_context(_one(guest, folder))
        yield


@contextmanager
def _one(guest: Guest, folder: Path) -> Iterator[None]:
    with ExitStack() as stack:
        for name in (guest.name, f"{guest.name}-served"):
            _disk(folder / f"{name}.img")
        if ".sock" in guest.words:
            stack.enter_context(_served(folder / f"{guest.name}-served.img", folder / f"{guest.name}.sock"))
        solid = stack.enter_context(_solid(folder / f"{guest.name}.img")) if "{solid}" in guest.words else ""
        words = guest.words.format(dir=folder, solid=solid).split()
        name = ("-name", f"guest={guest.name},debug-threads=on")
        process = stack.enter_context(_process("unshare", "--net", QEMU, *BASE, *name, "-accel", guest.accel, *words))
        _wait(lambda: _vcpus(process.pid) == _asked(guest), process)
        _place(process.pid, guest.vcpus, guest.others)
        yield


@contextmanager
def _process(*argv: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()


@contextmanager
def _served(disk: Path, socket: Path) -> Iterator[None]:
    """Somebody who serves this disk out of the guest's own memory (vhost-user)."""
    node = f"driver=file,node-name=f,filename={disk}"
    export = f"type=vhost-user-blk,id=e,node-name=f,addr.type=unix,addr.path={socket}"
    with _process("qemu-storage-daemon", "--blockdev", node, "--export", export) as process:
        _wait(socket.exists, process)
        yield


@contextmanager
def _solid(file: Path) -> Iterator[str]:
    """A block device of this file that says it does not turn, whatever the file lies on."""
    found = subprocess.run(["losetup", "--find", "--show", str(file)], check=True, capture_output=True, text=True)
    device = found.stdout.strip()
    try:
        Path("/sys/block", Path(device).name, "queue/rotational").write_text("0")
        yield device
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


def _disk(file: Path) -> None:
    with file.open("ab") as image:
        image.truncate(1 << 20)


def _wait(look: Callable[[], object], process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + COME_S
    while not look():
        if process.poll() is not None:
            assert process.stderr
            raise AssertionError(process.stderr.read().decode())
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def _threads(pid: int) -> dict[int, str]:
    """Names by thread id."""
    found = {}
    for one in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it ended meanwhile
            found[int(one.name)] = (one / "comm").read_text().strip()
    return found


def _vcpus(pid: int) -> int:
    return sum(name.startswith("CPU ") for name in _threads(pid).values())


def _asked(guest: Guest) -> int:
    words = guest.words.split()
    return int(words[words.index("-smp") + 1])


def _place(pid: int, vcpus: Mapping[int, Sequence[int]] | None, others: Sequence[int] = ()) -> None:
    """As libvirt's vcpupin, emulatorpin and iothreadpin do."""
    for thread, name in _threads(pid).items() if vcpus else ():
        vcpu = int(name.split()[1].partition("/")[0]) if name.startswith("CPU ") else None
        cpus = others if vcpu is None else (vcpus or {}).get(vcpu, ())
        if cpus:
            os.sched_setaffinity(thread, cpus)
