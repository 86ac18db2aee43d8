"""Faults planted inside the lab one by one, each read while it is there and again once it is mended.

The machine is read whole before anything is planted. Of each fault only what it can change is read again: under
emulation reading everything takes a quarter of a minute.
"""

import contextlib
import mmap
import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from perfadvisor.facts import catalogue
from perfadvisor.facts.block import block
from perfadvisor.facts.cpu import cpu
from perfadvisor.facts.guest import guest
from perfadvisor.facts.irq import irq
from perfadvisor.facts.machine import sysctl
from perfadvisor.facts.memory import hugepages, memory, transparent_hugepages
from perfadvisor.facts.pci import iommu, pci
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.saved.snapshot_file import save_snapshot
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.lending import vfio
from tests.lab.inside import HERE, say, text
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
PAGES = (*hugepages.PATTERNS, *transparent_hugepages.PATTERNS)
HUGE, HUGETLB = 2 << 20, 0x40000  # MAP_HUGETLB, include/uapi/asm-generic/mman-common.h
FRAME = b"\xff" * 6 + bytes(6) + b"\x88\xb5" + bytes(64)  # a broadcast of a local experimental type (IEEE 802)
NIC, DISK = "virtio-net-pci,netdev=n", "virtio-blk-pci,drive=d,iothread=t"
IMAGE, DIRECT = "file=image,format=qcow2,if=none,id=d", "cache=none,aio=native"
GUEST = (
    "qemu-system-x86_64", "-S", "-daemonize", "-display", "none", "-nodefaults", "-m", "256", "-smp", "2",
    "-name", "guest=planted,debug-threads=on", "-pidfile", "guest.pid", "-machine", "q35", "-accel", "kvm",
    "-netdev", "user,id=n", "-device", NIC,
)  # fmt: skip
OWN_DISK = ("-object", "iothread,id=t", "-device", DISK, "-drive")
FAULTS = {  # what is good in a guest's words, and what stands there instead
    "emulated-cpus": ("kvm", "tcg"),
    "emulated-nic": (NIC, "e1000,netdev=n"),
    "emulated-disk": (DISK, "ide-hd,drive=d"),
    "main-loop": (DISK, "virtio-blk-pci,drive=d"),
    "image-format": ("{drive}", IMAGE),
    "disk-threads": (DIRECT, "cache=none"),
    "cached-disk": (DIRECT, "cache=writeback"),
    "unsafe-disk": (DIRECT, "cache=unsafe"),
}


def planted() -> Seen:
    """The machine as it should be, then each fault and its end."""
    ready_for_guests()
    disk, nic, far = Path(disk_of(PLAIN_NVME)).name, _nic(FAR_NIC), _far_end()
    for name in (nic, far):
        do("ip", "link", "set", name, "up")
    with journal("planted") as book:
        vfio.lend([EDU], book)
        for file, value in ((THP, "madvise"), (POOL, "0"), (GIANT, "0")):
            _write(file, value)
        _packets(far, "2-3", 300)
        _keep("nothing", catalogue.PATTERNS)
        _settings(disk)
        _huge_pages()
        _interrupts(far)
        _guests(f"file={disk_of(SRIOV_NVME)},format=raw,if=none,id=d,{DIRECT}")
        vfio.lend([PLAIN_NVME], book)
        _far_guest()
    return {"disk": disk, "nic": nic}


def _keep(name: str, patterns: Sequence[str]) -> None:
    say(f"planted: {name}")
    tree = LocalTarget().tree(patterns)
    save_snapshot(Snapshot(environment="local", taken=time.time(), tree=tree), HERE / f"planted-{name}.tar.gz")


def _settings(disk: str) -> None:
    for name, file, bad, good, patterns in (
        ("ksm", KSM, "1", "0", memory.PATTERNS),
        ("zone-reclaim", ZONE, "1", "0", (*memory.PATTERNS, *sysctl.PATTERNS)),
        ("cpu-offline", CPU, "0", "1", cpu.PATTERNS),
        ("scheduler", f"/sys/block/{disk}/queue/scheduler", "mq-deadline", "none", block.PATTERNS),
        ("unsafe-interrupts", UNSAFE, "Y", "N", iommu.PATTERNS),
        ("idle-pages", POOL, "640", "0", PAGES),
    ):
        _write(file, bad)
        _keep(name, patterns)
        _write(file, good)
        _keep(f"{name}-mended", patterns)


def _huge_pages() -> None:
    """That there are none matters only where transparent ones are off, too. A pool mends that, and leaves the other."""
    _write(THP, "never")
    _keep("no-pages", PAGES)
    _write(POOL, "4")
    _keep("thp", PAGES)
    _write(THP, "madvise")
    _keep("thp-mended", PAGES)
    _write(POOL, "0")
    _write(OVERCOMMIT, "4")
    with mmap.mmap(-1, 4 * HUGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | HUGETLB) as pages:
        for page in range(4):
            pages[page * HUGE] = 1
        _keep("surplus", PAGES)
    _write(OVERCOMMIT, "0")
    _keep("surplus-mended", PAGES)


def _interrupts(sender: str) -> None:
    for name, cpus, number in (("far-interrupts", "0-1", 600), ("far-interrupts-mended", "2-3", 3000)):
        _packets(sender, cpus, number)
        _keep(name, irq.PATTERNS)


def _packets(sender: str, cpus: str, number: int) -> None:
    """So many arrive while the NIC's interrupts go to these CPUs, slowly enough for one interrupt each."""
    for vector in Path(f"/sys/bus/pci/devices/{FAR_NIC}/msi_irqs").iterdir():
        _write(f"/proc/irq/{vector.name}/smp_affinity_list", cpus)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((sender, 0))
        for _ in range(number):
            wire.send(FRAME)
            time.sleep(0.001)


def _guests(drive: str) -> None:
    """One with each fault, and one without any, which mends them all."""
    do("qemu-img", "create", "-q", "-f", "qcow2", "image", "64M")
    good = (*GUEST, *OWN_DISK, drive)
    for name, (before, after) in FAULTS.items():
        known = before.format(drive=drive)
        with _guest(*(word.replace(known, after) for word in good)):
            _keep(name, guest.PATTERNS)
    with _guest(*good):
        _keep("guest-mended", guest.PATTERNS)


def _far_guest() -> None:
    """A device passed to a guest whose threads run on the other socket, and then on the device's own."""
    patterns = (*guest.PATTERNS, *pci.PATTERNS)
    with _guest(*GUEST, "-device", f"vfio-pci,host={PLAIN_NVME}") as pid:
        for name, cpus in (("far-guest", "0-1"), ("far-guest-mended", "2-3")):
            do("taskset", "-a", "-p", "-c", cpus, str(pid))
            _keep(name, patterns)


@contextlib.contextmanager
def _guest(*words: str) -> Iterator[int]:
    """A guest that never runs: its shape is looked at, and where its threads may run."""
    do(*words)
    pid = int(text("guest.pid"))
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not Path(f"/proc/{pid}").exists())


def _write(file: str, value: str) -> None:
    Path(file).write_text(value)


def _nic(address: str) -> str:
    return next(entry.name for entry in Path(f"/sys/bus/pci/devices/{address}/net").iterdir())


def _far_end() -> str:
    return next(file.parent.name for file in Path("/sys/class/net").glob("*/address") if text(file) == FAR_MAC)
