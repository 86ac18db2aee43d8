"""A machine that changes while a run lives: one thing a trial, most of them undone before the trial ends."""

import os
import subprocess
from pathlib import Path
from typing import Any

from tests.lab.inside import HERE, driver, start, text
from tests.lab.server import PLAIN_NVME, SRIOV_NVME
from tests.lab.steps import HOT, SHORT, WORKLOADS, _ask, _fio_runs
from tests.lab.steps import _disk as disk_of
from tests.lab.steps import _do as do
from tests.lab.steps import _wait_for as wait_for

PCI = Path("/sys/bus/pci")
POOL = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
Seen = dict[str, Any]
# What is done while a trial reads the disk, by the trial's number; the first one is left alone. In the fifth a new disk
# is plugged in as well. A renamed interface keeps its old name as an alternative one. In the sixth the virtual
# functions go first: without that the emulator died twice in five boots.
LINES = {
    2: "echo 0 > /sys/devices/system/cpu/cpu3/online; sleep 0.3; echo 1 > /sys/devices/system/cpu/cpu3/online",
    3: "echo 1 > $SRIOV/sriov_numvfs; ip link set $NIC name other0",
    4: f"echo 1 > $PLAIN/remove; echo 400 > {POOL}",
    5: "echo 64 > /sys/block/$DISK/queue/read_ahead_kb",
    6: "echo 0 > $SRIOV/sriov_numvfs; echo 1 > $SRIOV/remove; sleep 0.5; echo 1 > /sys/bus/pci/rescan",
}
PLUGGED = 5
LAST = 8  # two trials on what came back


def changed() -> Seen:
    """One run on the disk with virtual functions, whose surroundings change as above, and are put back at the end."""
    disk = disk_of(SRIOV_NVME)
    do("dd", "if=/dev/urandom", f"of={disk}", "bs=1M", "count=64", "oflag=direct")
    sriov, plain = PCI / "devices" / SRIOV_NVME, PCI / "devices" / PLAIN_NVME
    (sriov / "sriov_drivers_autoprobe").write_text("0")
    nic = next(entry.name for entry in Path("/sys/class/net").iterdir() if _driver_of(entry) == "e1000e")
    names = {"SRIOV": str(sriov), "PLAIN": str(plain), "DISK": disk.removeprefix("/dev/"), "NIC": nic}
    do("ip", "link", "set", nic, "down")
    child = start(
        "run",
        WORKLOADS["storage"],
        "--device",
        disk,
        "--repeats",
        str(LAST),
        "--workloads",
        str(SHORT),
        "--out",
        str(HERE / "changed"),
    )
    said = {number: _during(number, line, names) for number, line in LINES.items()}
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    _ask("device_del", id=HOT["id"])
    do("sh", "-c", f"echo 320 > {POOL}; echo 1 > /sys/bus/pci/rescan")
    wait_for(lambda: driver(PLAIN_NVME) and driver(SRIOV_NVME) and not _plugged_in())
    return {"exit": code, "names": names, "said": said}


def _during(number: int, line: str, names: dict[str, str]) -> str:
    """Done while this trial's fio runs; what went wrong."""
    wait_for(lambda: (HERE / f"changed/trials/{number - 1:04}").exists() and _fio_runs())
    if number == PLUGGED:
        _ask("device_add", **HOT)
    done = subprocess.run(["sh", "-c", line], capture_output=True, env=os.environ | names, check=False)
    return done.stderr.decode()


def _plugged_in() -> bool:
    return any(text(file) == HOT["serial"] for file in Path("/sys/class/nvme").glob("*/serial") if file.exists())


def _driver_of(interface: Path) -> str:
    link = interface / "device" / "driver"
    return link.resolve().name if link.exists() else ""
