"""What is done inside the lab, step by step; each returns what it saw, to be judged outside."""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from perfadvisor.errors import PerfAdvisorError
from perfadvisor.targets.changing import journal
from perfadvisor.targets.changing.huge_pages import Need, reserve
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.here import dmabench_build as build
from perfadvisor.targets.lending import pci_group, sriov, vfio
from tests.lab.inside import HERE, driver, perfadvisor, say, start, text
from tests.lab.server import EDU, FAR_MAC, NIC, PLAIN_NVME, SRIOV_NVME

DEVICES = Path("/sys/bus/pci/devices")
SHORT = Path(__file__).with_name("workloads")  # short, because everything is emulated
HUGE = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
Seen = dict[str, Any]


def configured() -> Seen:
    """A NIC's coalescing is changed, then the whole machine read."""
    nic = next(entry.name for entry in (DEVICES / NIC / "net").iterdir())
    _do("ip", "link", "set", nic, "up")
    _do("ethtool", "-C", nic, "rx-usecs", "50")
    return {"exit": perfadvisor("snapshot", "-o", str(HERE / "configured.tar.gz")), "nic": nic}


def refused() -> Seen:
    """A mounted disk, a disk somebody reads, a busy physical function, a member left out: each stays where it is."""
    disk = _disk(PLAIN_NVME)
    _do("mke2fs", "-q", disk)
    _do("mount", disk, "/mnt")
    mounted = _refusal(PLAIN_NVME)
    _do("umount", "/mnt")
    with Path(disk).open("rb"):
        opened = _refusal(PLAIN_NVME)
    _do("wipefs", "-a", disk)
    lpc = _refusal("0000:00:1f.2")
    return {"mounted": mounted, "opened": opened, "neighbours": lpc, "driver": driver(PLAIN_NVME)}


def killed() -> Seen:
    """SIGKILL to the command, and to the guardian too, while a disk is lent and a virtual function and huge pages are
    made; then `perfadvisor restore`."""
    before = _state()
    child = _lender()
    during = _wait_for(lambda: _state() if driver(PLAIN_NVME) == "vfio-pci" and (HERE / "lent").exists() else None)
    guardians = _guardians()
    for pid in (*guardians, child):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(child, 0)
    time.sleep(1.0)
    left = _state()
    code = perfadvisor("restore")
    _wait_for(lambda: _disk(PLAIN_NVME))
    return {
        "before": before,
        "during": during,
        "left": left,
        "restored": _state(),
        "exit": code,
        "guardians": len(guardians),
        "again": perfadvisor("restore"),
    }


def guarded() -> Seen:
    """SIGKILL to the command alone: the guardian puts everything back."""
    (HERE / "lent").unlink(missing_ok=True)
    before = _state()
    child = _lender()
    during = _wait_for(lambda: _state() if (HERE / "lent").exists() else None)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    _wait_for(lambda: _state() == before or None)
    return {"before": before, "during": during, "after": _state()}


def virtual_function() -> Seen:
    """One is made, seen in a snapshot, and taken away."""
    with _journal("vf") as book:
        made = sriov.make_one(SRIOV_NVME, book)
        code = perfadvisor("snapshot", "-o", str(HERE / "virtual.tar.gz"))
    return {"made": made.address, "exit": code, "after": text(DEVICES / SRIOV_NVME / "sriov_numvfs")}


def domain_type() -> Seen:
    """The group's domain is changed to identity, read, and changed back."""
    group = DEVICES / PLAIN_NVME / "iommu_group" / "type"
    was = text(group)
    (DEVICES / PLAIN_NVME / "driver" / "unbind").write_text(PLAIN_NVME)
    group.write_text("identity")
    code = perfadvisor("snapshot", "-o", str(HERE / "identity.tar.gz"))
    group.write_text(was)
    Path("/sys/bus/pci/drivers_probe").write_text(PLAIN_NVME)
    return {"was": was, "exit": code, "group": (group.parent.resolve()).name, "after": text(group)}


def mapping() -> Seen:
    """dmabench's mapping figures for every page size, and DMA by the teaching device, both through VFIO."""
    program = str(build.program())
    with _journal("map") as book:
        reserve(Need(page_bytes=2 << 20, count=64), book)
        group = vfio.lend([EDU], book)[0].number
        figures = _output(program, "map", "--pages=4k,thp,2m", "--sizes=64M", f"--group={group}", "--repeats=5")
        giant = _output(program, "map", "--pages=1g", "--sizes=1G", f"--group={group}", "--repeats=3")
        copied = _output(program, "edu", f"--group={group}", f"--device={EDU}")
        during = driver(EDU)
    return {"figures": figures, "giant": giant, "edu": copied, "during": during, "after": driver(EDU)}


def mission() -> Seen:
    """The same reads of one NVMe disk on the host, in a guest with virtio, and in a guest that has the disk itself."""
    _ready_for_guests()
    disk = _disk(PLAIN_NVME)
    _do("dd", "if=/dev/urandom", f"of={disk}", "bs=1M", "count=64", "oflag=direct")
    shape = "cpus=1,memory=512M"
    environments = ("local", f"vm:{shape}", f"vm:vfio={PLAIN_NVME},{shape}")
    seen = _run_in(environments, "mission", ["storage"], repeats=2, device=disk)
    return {**seen, "driver": driver(PLAIN_NVME), "disk": _disk(PLAIN_NVME)}


def passed_on() -> Seen:
    """A virtual function of one NVMe disk and a whole NIC in one guest: the disk is read on the host and in there, and
    the host is reached over the NIC, whose cable ends at a second one of the host."""
    _ready_for_guests()
    disk = _disk(SRIOV_NVME)
    _do("dd", "if=/dev/urandom", f"of={disk}", "bs=1M", "count=64", "oflag=direct")
    _far_end()
    guest = f"vm:vf={SRIOV_NVME},vfio={NIC},address={NEAR}/24,cpus=1,memory=512M"
    more = {"device": disk, "peer": f"local:{FAR}"}
    seen = _run_in(("local", guest), "passed-on", ["storage", "network"], repeats=1, **more)
    functions = text(DEVICES / SRIOV_NVME / "sriov_numvfs")
    return {**seen, "functions": functions, "driver": driver(SRIOV_NVME), "nic": driver(NIC)}


def _far_end() -> str:
    """The other end of the cable, with its address."""
    far = next(file.parent.name for file in Path("/sys/class/net").glob("*/address") if text(file) == FAR_MAC)
    _do("ip", "addr", "replace", f"{FAR}/24", "dev", far)
    _do("ip", "link", "set", far, "up")
    return far


def pulled() -> Seen:
    """A disk is plugged in; it is pulled out while a trial reads it, and plugged in again while the run goes on."""
    before = set(_disks())
    _ask("device_add", **HOT)
    disk = "/dev/" + _wait_for(lambda: next(iter(set(_disks()) - before), ""))
    _do("dd", "if=/dev/urandom", f"of={disk}", "bs=1M", "count=64", "oflag=direct")
    child = start(
        "run",
        WORKLOADS["storage"],
        "--device",
        disk,
        "--repeats",
        "6",
        "--workloads",
        str(SHORT),
        "--out",
        str(HERE / "pulled"),
    )
    _wait_for(lambda: (HERE / "pulled/trials/0002").exists() and _fio_runs())
    _ask("device_del", id=HOT["id"])
    _wait_for(lambda: (HERE / "pulled/trials/0003").exists() and not Path(disk).exists())
    _ask("device_add", **HOT)
    _wait_for(lambda: Path(disk).exists())
    return {"exit": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "disk": disk}


HOT = {"driver": "nvme", "id": "hot", "drive": "hot", "bus": "rp5", "serial": "HOT"}
_wishes = itertools.count(1)


def _ask(command: str, **arguments: str | int) -> None:
    """Have somebody outside do something to this machine."""
    number = next(_wishes)
    (HERE / f"new-{number}").write_text(json.dumps({"execute": command, "arguments": arguments}))
    (HERE / f"new-{number}").rename(HERE / f"wish-{number}")
    done = HERE / f"done-{number}"
    _wait_for(done.exists)
    assert text(done) == "ok", text(done)


def _disks() -> list[str]:
    return [entry.name for entry in Path("/sys/block").glob("nvme*") if Path("/dev", entry.name).exists()]


def _fio_runs() -> bool:
    return any(_name_of(file) == "fio" for file in Path("/proc").glob("[0-9]*/comm"))


def _name_of(file: Path) -> str:
    """The short name of a process, nothing where it has ended meanwhile."""
    try:
        return text(file)
    except OSError:
        return ""


NEAR, FAR = "169.254.79.2", "169.254.79.1"  # the two ends of the cable
WORKLOADS = {"storage": "storage/lab-randread", "network": "network/lab-stream"}


def _ready_for_guests() -> None:
    """QEMU's TCG knows AMD's virtualisation, so guests in here have a KVM of their own. They boot from what is in
    here: it takes udev and tmpfiles half a minute to find out there that nothing needs them."""
    _do("modprobe", "kvm_amd")
    for program in ("/usr/bin/udevadm", "/usr/bin/systemd-tmpfiles"):
        if Path(program).read_bytes() != IDLE:
            _do("mount", "--bind", str(_idle()), program)


IDLE = b"#!/bin/sh\n"


def _idle() -> Path:
    """A program that does nothing."""
    file = Path("/run/idle")
    file.write_bytes(IDLE)
    file.chmod(0o755)
    return file


def _run_in(environments: tuple[str, ...], name: str, kinds: list[str], repeats: int, **options: str) -> Seen:
    words = [word for spec in environments for word in ("--env", spec)]
    words += [word for option, value in options.items() for word in (f"--{option}", value)]
    code = perfadvisor(
        "run",
        *(WORKLOADS[kind] for kind in kinds),
        *words,
        "--repeats",
        str(repeats),
        "--seed",
        "1",
        "--workloads",
        str(SHORT),
        "--out",
        str(HERE / name),
    )
    return {"exit": code, "environments": environments}


def _lender() -> int:
    """A process that lends a disk, makes a virtual function and huge pages, and waits to be killed."""
    child = os.fork()
    if child:
        return child
    try:
        with _journal("lender") as book:
            reserve(Need(page_bytes=2 << 20, count=400), book)
            sriov.make_one(SRIOV_NVME, book)
            vfio.lend([PLAIN_NVME], book)
            (HERE / "lent").write_text("")
            say("lent")
            signal.pause()
    finally:
        traceback.print_exc()
        os._exit(1)  # never into the steps of the process it was forked from
    raise AssertionError("not reached")


@contextlib.contextmanager
def _journal(name: str) -> Iterator[Journal]:
    book = Journal(journal.directory() / f"{name}-{os.getpid()}.jsonl")
    try:
        yield book
    finally:
        for failure in book.close():
            say(f"NOT PUT BACK: {failure}")


def _state() -> Seen:
    return {
        "driver": driver(PLAIN_NVME),
        "override": text(DEVICES / PLAIN_NVME / "driver_override"),
        "functions": text(DEVICES / SRIOV_NVME / "sriov_numvfs"),
        "huge": text(HUGE),
        "autoprobe": text(DEVICES / SRIOV_NVME / "sriov_drivers_autoprobe"),
    }


def _guardians() -> list[int]:
    files = Path("/proc").glob("[0-9]*/cmdline")
    return [int(file.parent.name) for file in files if b"perfadvisor.targets.changing.guardian" in _bytes(file)]


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _refusal(address: str) -> str:
    try:
        with _journal("refused") as book:
            vfio.lend([address], book)
    except PerfAdvisorError as error:
        return error.message
    return ""


def _disk(address: str) -> str:
    found = sorted(vfio.disks_of(pci_group.function(address)))
    return f"/dev/{found[0]}" if found and Path(f"/dev/{found[0]}").exists() else ""


def _wait_for(look: Any, seconds: float = 180.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.2)
    return found


def _do(*argv: str) -> None:
    done = subprocess.run(argv, check=False, capture_output=True)
    assert done.returncode == 0, f"{argv}: {done.stderr.decode()}"


def _output(*argv: str) -> str:
    done = subprocess.run(argv, check=False, capture_output=True)
    return done.stdout.decode() or f"exit code {done.returncode}: {done.stderr.decode()}"
