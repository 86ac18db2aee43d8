"""Runs in the lab that are kept: one where all is well, and short ones from the right node and from the wrong one."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lab.inside import HERE, perfadvisor, start, text
from tests.lab.server import FAR_NIC, PLAIN_NVME, SRIOV_NVME
from tests.lab.steps import FAR, NEAR, SHORT, _ask, _ready_for_guests
from tests.lab.steps import WORKLOADS as SHORT_ONES
from tests.lab.steps import _disk as disk_of
from tests.lab.steps import _do as do
from tests.lab.steps import _far_end as far_end
from tests.lab.steps import _output as output
from tests.lab.steps import _wait_for as wait_for
from tests.planted.kept import KEPT, written_workloads
from tests.planted.kept import WORKLOADS as WRITTEN

LIMIT = 300  # operations a second
STEADY_BYTES_PER_S = 8 << 20
FAULTY = {"storage/planted-shallow"}  # a fault by itself
GROUPS = Path("/sys/fs/cgroup")
Seen = dict[str, Any]


def healthy() -> Seen:
    """Every workload of the kept faults but those over a line, on a loop device; then writes at a steady pace."""
    below = disk_of(SRIOV_NVME)
    do("modprobe", "loop")
    do("mke2fs", "-q", "-t", "ext4", "-m", "0", below)
    do("mount", below, "/mnt")
    do("dd", "if=/dev/zero", "of=/mnt/image", "bs=1M", "count=190")
    loop = output("losetup", "--find", "--show", "--direct-io=on", "/mnt/image").strip()
    do("mke2fs", "-q", "-t", "ext4", "-m", "0", loop)
    do("mount", loop, "/media")
    written_workloads(HERE / "own", size_bytes=48 << 20)
    ours = sorted({name for one in KEPT for name in (one.about, one.clear_on) if name in WRITTEN} - FAULTY)
    code = _on_loop("healthy", "1", *ours, SHORT_ONES["network"])
    _throttle("sriov", bps_wr=STEADY_BYTES_PER_S)
    steady = _on_loop("steady", "5", "storage/planted-write")
    _throttle("sriov")
    do("umount", "/media")
    do("losetup", "--detach", loop)
    do("umount", "/mnt")
    return {"exit": code, "steady": steady}


def _on_loop(name: str, repeats: str, *workloads: str) -> int:
    given = ("--repeats", repeats, "--seed", "1", "--workloads", str(HERE / "own"), "--workloads", str(SHORT))
    return perfadvisor(
        "run", *workloads, *given, "--dir", "/media", "--out", str(HERE / f"run-{name}"), "--wait-quiet", "0s"
    )


def _throttle(drive: str, **limits: int) -> None:
    """As the emulator does it; what is not named is free."""
    names = ("iops", "iops_rd", "iops_wr", "bps", "bps_rd", "bps_wr")
    _ask("block_set_io_throttle", device=drive, **{name: limits.get(name, 0) for name in names})


def astray() -> Seen:
    """Short runs on a disk and a network: from the disk's own node, and from the other with memory short there, pages
    swapped out and packets dropped on the way up; then behind a limit that only the emulator knows."""
    swap, backlog = disk_of(SRIOV_NVME), Path("/proc/sys/net/core/netdev_max_backlog")
    do("mkswap", swap)
    seen: Seen = {"good": _run_on({2, 3}, "good")}
    do("swapon", swap)
    usual = text(backlog)
    backlog.write_text("1")
    with _memory_hog():
        seen["bad"] = _run_on({0, 1}, "bad")
    backlog.write_text(usual)
    do("swapoff", swap)
    _throttle("plain", iops=LIMIT)
    seen["limited"] = _run_on({2, 3}, "limited", SHORT_ONES["storage"])
    _throttle("plain")
    return seen


def crossed() -> Seen:
    """A NIC of the second socket: interrupts and tool on its own, then each of them on the other one."""
    far_end()
    return {
        name: _over_nic(cpus, interrupts, name)
        for name, cpus, interrupts in (
            ("wire-good", {2, 3}, "2-3"),
            ("wire-interrupts", {2, 3}, "0-1"),
            ("wire-tool", {0, 1}, "2-3"),
        )
    }


def near_disk() -> Seen:
    """A short run from the disk's own node."""
    return {"exit": _run_on(_cpus_near(PLAIN_NVME), "near-disk", SHORT_ONES["storage"])}


def wire() -> Seen:
    """The first of these alone."""
    far_end()
    near = _cpus_near(FAR_NIC)
    return {"exit": _over_nic(near, ",".join(map(str, near)), "wire-good")}


def _cpus_near(address: str) -> set[int]:
    first, _, last = text(f"/sys/bus/pci/devices/{address}/local_cpulist").partition("-")
    return set(range(int(first), int(last or first) + 1))


def _over_nic(cpus: set[int], interrupts: str, name: str) -> int:
    nic = next(Path(f"/sys/bus/pci/devices/{FAR_NIC}/net").iterdir()).name
    do("ip", "link", "set", nic, "up")  # it has no interrupts before
    for vector in Path(f"/sys/bus/pci/devices/{FAR_NIC}/msi_irqs").iterdir():
        if (affinity := Path(f"/proc/irq/{vector.name}/smp_affinity_list")).exists():  # not where nothing asked for it
            affinity.write_text(interrupts)
    way = ("--env", f"local:nic={FAR_NIC},address={NEAR}/24", "--peer", f"local:{FAR}")
    return _run_on(cpus, name, SHORT_ONES["network"], more=way)


def _run_on(cpus: set[int], name: str, *workloads: str, more: tuple[str, ...] = ()) -> int:
    os.sched_setaffinity(0, cpus)
    given = ("--repeats", "1", "--seed", "1", "--workloads", str(SHORT), "--out", str(HERE / f"run-{name}"))
    place = more or ("--device", disk_of(PLAIN_NVME))
    code = perfadvisor("run", *(workloads or SHORT_ONES.values()), *place, *given)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    return code


@contextmanager
def _memory_hog() -> Iterator[None]:
    """A process that goes round in more memory than its group may have."""
    group = GROUPS / "hungry"
    (GROUPS / "cgroup.subtree_control").write_text("+memory")
    group.mkdir()
    (group / "memory.max").write_text("32M")
    child = os.fork()
    if not child:
        (group / "cgroup.procs").write_text("0")
        pages = bytearray(96 << 20)
        while True:
            for place in range(0, len(pages), 4096):
                pages[place] = 1
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def near() -> Seen:
    """A guest that is to be near a disk of the second socket: where its threads may run, and its memory lies."""
    _ready_for_guests()
    guest = f"vm:numa=near:{PLAIN_NVME},cpus=1,memory=512M"
    given = ("--repeats", "1", "--seed", "1", "--workloads", str(SHORT), "--out", str(HERE / "near"))
    child = start("run", SHORT_ONES["storage"], "--env", guest, "--device", disk_of(SRIOV_NVME), *given)
    wait_for(lambda: (HERE / "near/trials/0001").exists(), 400.0)
    process = next(file.parent for file in Path("/proc").glob("[0-9]*/comm") if text(file).startswith("qemu-system"))
    allowed = {
        line
        for file in process.glob("task/*/status")
        for line in file.read_text().splitlines()
        if line.startswith("Cpus_allowed_list")
    }
    bound = [line for line in (process / "numa_maps").read_text().splitlines() if "memory" in line and "bind:" in line]
    words = (process / "cmdline").read_bytes().decode().split("\0")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"exit": code, "allowed": sorted(allowed), "bound": bound, "words": words}
