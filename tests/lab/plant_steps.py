"""Faults planted inside the lab, with a snapshot while they are there, and one more when all are mended.

Those that do not touch each other are planted together: under emulation a snapshot takes a quarter of a minute.
"""

import contextlib
import mmap
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from perfadvisor.targets.lending import vfio
from tests.lab.inside import HERE, perfadvisor, text
from tests.lab.server import EDU, FAR_MAC, FAR_NIC, PLAIN_NVME, SRIOV_NVME
from tests.lab.steps import Seen
from tests.lab.steps import _disk as disk_of
from tests.lab.steps import _do as do
from tests.lab.steps import _journal as journal
from tests.lab.steps import _ready_for_guests as ready_for_guests
from tests.lab.steps import _wait_for as wait_for
from tests.planted.seen import POOL, THP, UNSAFE

KSM, ZONE, CPU = "/sys/kernel/mm/ksm/run", "/proc/sys/vm/zone_reclaim_mode", "/sys/devices/system/cpu/cpu3/online"
GIANT = "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages"
OVERCOMMIT = str(Path(POOL).with_name("nr_overcommit_hugepages"))
HUGE, HUGETLB = 2 << 20, 0x40000  # MAP_HUGETLB, include/uapi/asm-generic/mman-common.h
FRAME = b"\xff" * 6 + bytes(6) + b"\x88\xb5" + bytes(64)  # a broadcast of a local experimental type (IEEE 802)
GUEST = (
    "qemu-system-x86_64", "-S", "-daemonize", "-display", "none", "-nodefaults", "-m", "256", "-smp", "2",
    "-name", "guest=planted,debug-threads=on", "-pidfile", "guest.pid",
)  # fmt: skip
SLOW = (
    "-accel", "tcg", "-netdev", "user,id=n", "-device", "e1000,netdev=n",
    "-drive", "file=image,format=qcow2,if=ide",
)  # fmt: skip
GOOD = (
    "-machine", "q35", "-accel", "kvm", "-netdev", "user,id=n", "-device", "virtio-net-pci,netdev=n",
    "-object", "iothread,id=t", "-device", "virtio-blk-pci,drive=d,iothread=t",
    "-device", f"vfio-pci,host={PLAIN_NVME}",
)  # fmt: skip
OTHER_DISK = ("-device", "virtio-blk-pci,drive=u,iothread=t", "-drive", "file=raw,format=raw,if=none,id=u,cache=unsafe")


def planted() -> Seen:
    """Four snapshots: settings; no huge pages, far interrupts, a slow guest; pages borrowed, a guest far from its
    device, with cached disks; everything mended."""
    ready_for_guests()
    disk, nic, far = Path(disk_of(PLAIN_NVME)).name, _nic(FAR_NIC), _far_end()
    behind = Path(disk_of(SRIOV_NVME)).name  # a guest's
    for name in (nic, far):
        do("ip", "link", "set", name, "up")
    for image, kind in (("image", "qcow2"), ("raw", "raw")):
        do("qemu-img", "create", "-q", "-f", kind, image, "64M")
    with journal("planted") as book:
        vfio.lend([EDU], book)
        _settings(disk)
        _far_interrupts(far)
        with _guest(*SLOW):
            _snapshot("slow")
        _write(THP, "madvise")
        _near_interrupts(far)
        vfio.lend([PLAIN_NVME], book)
        with _borrowed(), _guest(*GOOD, "-drive", _drive(behind, "writeback"), *OTHER_DISK) as pid:
            _run_on("0-1", pid)
            _snapshot("far")
        with _guest(*GOOD, "-drive", _drive(behind, "none,aio=native")) as pid:
            _run_on("2-3", pid)
            _snapshot("mended")
    return {"disk": disk, "nic": nic}


def _settings(disk: str) -> None:
    """Huge pages and their absence exclude each other: what is left planted is THP's."""
    scheduler = f"/sys/block/{disk}/queue/scheduler"
    settings = ((KSM, "1", "0"), (ZONE, "1", "0"), (CPU, "0", "1"), (scheduler, "mq-deadline", "none"),
                (UNSAFE, "Y", "N"), (POOL, "640", "0"))  # fmt: skip
    _write(THP, "never")
    for file, bad, _ in settings:
        _write(file, bad)
    _snapshot("settings")
    for file, _, good in settings:
        _write(file, good)
    _write(GIANT, "0")


def _write(file: str, value: str) -> None:
    Path(file).write_text(value)


def _snapshot(name: str) -> None:
    assert perfadvisor("snapshot", "-o", str(HERE / f"planted-{name}.tar.gz")) == 0, name


@contextlib.contextmanager
def _borrowed() -> Iterator[None]:
    """Pages mapped from beyond an empty pool."""
    _write(OVERCOMMIT, "4")
    with mmap.mmap(-1, 4 * HUGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | HUGETLB) as pages:
        for page in range(4):
            pages[page * HUGE] = 1
        yield
    _write(OVERCOMMIT, "0")


def _nic(address: str) -> str:
    return next(entry.name for entry in Path(f"/sys/bus/pci/devices/{address}/net").iterdir())


def _far_end() -> str:
    return next(file.parent.name for file in Path("/sys/class/net").glob("*/address") if text(file) == FAR_MAC)


def _far_interrupts(sender: str) -> None:
    _packets(sender, "0-1", 600)


def _near_interrupts(sender: str) -> None:
    _packets(sender, "2-3", 3000)


def _packets(sender: str, cpus: str, number: int) -> None:
    """So many arrive while the NIC's interrupts go to these CPUs, slowly enough for one interrupt each."""
    for vector in Path(f"/sys/bus/pci/devices/{FAR_NIC}/msi_irqs").iterdir():
        _write(f"/proc/irq/{vector.name}/smp_affinity_list", cpus)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((sender, 0))
        for _ in range(number):
            wire.send(FRAME)
            time.sleep(0.001)


def _drive(disk: str, cache: str) -> str:
    return f"file=/dev/{disk},format=raw,if=none,id=d,cache={cache}"


@contextlib.contextmanager
def _guest(*words: str) -> Iterator[int]:
    """A guest that never runs: its shape is looked at, and where its threads may run."""
    do(*GUEST, *words)
    pid = int(text("guest.pid"))
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not Path(f"/proc/{pid}").exists())


def _run_on(cpus: str, pid: int) -> None:
    do("taskset", "-a", "-p", "-c", cpus, str(pid))
