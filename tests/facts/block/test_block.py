"""Disks from trees, NVMe behind multipath, and this machine's own against lsblk(8)."""

import json
import shutil
import subprocess

import pytest

from perfadvisor.facts.block import block
from perfadvisor.facts.block import path as block_path
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Directory, Entry, Symlink, Tree
from perfadvisor.targets.here.capture import capture

FUNCTION = "/sys/devices/pci0000:80/0000:80:01.0/0000:81:00.0"
DISK = f"{FUNCTION}/nvme/nvme0/nvme0n1"
NVME: dict[str, Entry] = {
    "/sys/bus/pci/devices/0000:81:00.0": Symlink("../../../devices/pci0000:80/0000:80:01.0/0000:81:00.0"),
    "/sys/block/nvme0n1": Symlink("../devices/pci0000:80/0000:80:01.0/0000:81:00.0/nvme/nvme0/nvme0n1"),
    "/sys/class/nvme/nvme0": Symlink("../../devices/pci0000:80/0000:80:01.0/0000:81:00.0/nvme/nvme0"),
    f"{FUNCTION}/numa_node": b"1\n",
    f"{FUNCTION}/msi_irqs/60": b"msix",
    f"{FUNCTION}/msi_irqs/61": b"msix",
    f"{FUNCTION}/nvme/nvme0/model": b"FAST DISK 1                  \n",
    f"{DISK}/device": Symlink("../../nvme0"),
    f"{DISK}/size": b"2000\n",
    f"{DISK}/dev": b"259:0\n",
    f"{DISK}/nvme0n1p1/dev": b"259:1\n",
    f"{DISK}/queue/scheduler": b"[none] mq-deadline kyber\n",
    f"{DISK}/queue/rotational": b"0\n",
    f"{DISK}/queue/read_ahead_kb": b"128\n",
    f"{DISK}/queue/max_sectors_kb": b"1280\n",
    f"{DISK}/queue/write_cache": b"write back\n",
    f"{DISK}/queue/io_poll": b"1\n",
    f"{DISK}/queue/wbt_lat_usec": b"0\n",
    f"{DISK}/queue/nr_requests": b"1023\n",
    f"{DISK}/mq/0/cpu_list": b"0",
    f"{DISK}/mq/1/cpu_list": b"1",
    "/sys/module/nvme/parameters/poll_queues": b"2\n",
    "/proc/self": Symlink("77"),
    "/proc/77/mountinfo": b"29 1 259:1 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p1 rw,discard\n",
    "/proc/interrupts": b"CPU0 CPU1\n60: 5 0 IR-PCI-MSIX 0-edge nvme0q0\n61: 0 15 IR-PCI-MSIX 1-edge nvme0q1\n",
    "/sys/kernel/debug/irq/irqs/61": b"handler: x\ndstate: 0x1\n    IRQD_AFFINITY_MANAGED\n",
}


def table(entries: dict[str, Entry]) -> FactTable:
    return FactTable(block.facts(Tree(entries)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size_bytes", 2000 * 512),
        ("rotational", False),
        ("scheduler", "none"),
        ("schedulers_available", "none,mq-deadline,kyber"),
        ("queue_count", 2),
        ("nr_requests", 1023),
        ("read_ahead_bytes", 131072),
        ("max_sectors_bytes", 1310720),
        ("write_cache", "write back"),
        ("wbt_lat_us", 0),
        ("io_poll", True),
        ("model", "FAST DISK 1"),
        ("is_nvme", True),
        ("is_virtual", False),
        ("nvme_controller", "nvme0"),
        ("poll_queues", 2),
        ("pci_address", "0000:81:00.0"),
        ("numa_node", 1),
        ("mounted", True),
        ("irq_count", 2),
        ("irq_hottest_cpu", 1),
        ("irq_hottest_cpu_share", 0.75),
        ("irq_managed", True),
        ("rq_affinity", None),
    ],
)
def test_an_nvme_disk(name: str, value: object) -> None:
    assert table(NVME).value(f"block.{name}", "nvme0n1") == value


def multipath() -> dict[str, Entry]:
    """The same namespace with native multipath: the disk lies under the subsystem, its path is hidden."""
    moved = {path: entry for path, entry in NVME.items() if DISK not in path and "/sys/block" not in path}
    head, hidden = "/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1", f"{FUNCTION}/nvme/nvme0/nvme0c0n1"
    return {
        **moved,
        "/sys/block/nvme0n1": Symlink("../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1"),
        "/sys/class/nvme-subsystem/nvme-subsys0": Symlink("../../devices/virtual/nvme-subsystem/nvme-subsys0"),
        "/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0": Symlink(
            "../../../pci0000:80/0000:80:01.0/0000:81:00.0/nvme/nvme0"
        ),
        f"{head}/device": Symlink("../../nvme-subsys0"),
        f"{head}/size": b"2000\n",
        f"{head}/queue/scheduler": b"none\n",
        f"{hidden}/queue/scheduler": b"none [mq-deadline]\n",
        f"{hidden}/mq/0/cpu_list": b"0",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nvme_controller", "nvme0"),
        ("pci_address", "0000:81:00.0"),
        ("numa_node", 1),
        ("is_virtual", False),
        ("scheduler", "mq-deadline"),
        ("queue_count", 1),
        ("irq_count", 2),
        ("model", "FAST DISK 1"),
    ],
)
def test_nvme_behind_multipath(name: str, value: object) -> None:
    assert table(multipath()).value(f"block.{name}", "nvme0n1") == value


def test_a_disk_below_a_mounted_one_is_mounted() -> None:
    stacked: dict[str, Entry] = {
        **NVME,
        "/proc/77/mountinfo": b"29 1 253:0 / /data rw - xfs /dev/mapper/vg-data rw\n",
        "/sys/block/dm-0": Symlink("../devices/virtual/block/dm-0"),
        "/sys/devices/virtual/block/dm-0/dev": b"253:0\n",
        "/sys/devices/virtual/block/dm-0/slaves/nvme0n1p1": Symlink("../../../../x"),
    }
    found = table(stacked)
    assert found.value("block.mounted", "nvme0n1") is True
    assert found.value("block.is_virtual", "dm-0") is True
    assert found.value("block.slaves", "dm-0") == "nvme0n1p1"


@pytest.mark.parametrize(
    ("mounts", "value"),
    [
        (b"29 1 8:1 / / rw - ext4 /dev/sda1 rw\n", False),
        (b"29 1 0:31 / / rw - btrfs /dev/nvme0n1p1 rw\n", True),
        (b"29 1 0:31 / / rw - tmpfs nvme0n1p1 rw\n", False),
    ],
)
def test_mounted(mounts: bytes, value: bool) -> None:
    assert table({**NVME, "/proc/77/mountinfo": mounts}).value("block.mounted", "nvme0n1") is value


def test_swap_counts_as_in_use() -> None:
    swaps = b"Filename Type Size Used Priority\n/dev/nvme0n1p1 partition 1 0 -2\n"
    found = table({**NVME, "/proc/77/mountinfo": b"", "/proc/swaps": swaps})
    assert found.value("block.mounted", "nvme0n1") is True


def test_without_a_list_of_mounts_nothing_is_said() -> None:
    entries = {path: entry for path, entry in NVME.items() if not path.startswith("/proc/")}
    assert isinstance(table(entries).find("block.mounted", "nvme0n1"), Absent)


def test_loop_devices_nobody_set_up_are_left_out() -> None:
    loops: dict[str, Entry] = {
        "/sys/block/loop0/size": b"0\n",
        "/sys/block/loop1/size": b"8\n",
        "/sys/block/loop2": Directory(),
        "/sys/block/sr0/size": b"0\n",
    }
    assert block_path.devices(Tree(loops)) == ("loop1", "loop2", "sr0")


def test_a_loop_of_slaves_ends() -> None:
    loop: dict[str, Entry] = {
        "/proc/77/mountinfo": b"29 1 253:0 / / rw - xfs /dev/dm-0 rw\n",
        "/proc/self": Symlink("77"),
        "/sys/block/dm-0/dev": b"253:0",
        "/sys/block/dm-1/dev": b"253:1",
        "/sys/block/dm-0/slaves/dm-1": Directory(),
        "/sys/block/dm-1/slaves/dm-0": Directory(),
    }
    assert table(loop).value("block.mounted", "dm-1") is True


@pytest.mark.skipif(not shutil.which("lsblk"), reason="lsblk is not installed")
def test_agrees_with_lsblk_on_this_machine() -> None:
    """Independent oracle: lsblk, and the kernel's mount table as it reads it."""
    found = FactTable(block.facts(capture(block.PATTERNS)))
    columns = "NAME,SIZE,ROTA,SCHED,RQ-SIZE,LOG-SEC,PHY-SEC,RA,MODEL,TYPE,MOUNTPOINTS"
    text = subprocess.run(["lsblk", "-J", "-b", "-o", columns], capture_output=True, text=True, check=True).stdout
    disks = {disk["name"]: disk for disk in json.loads(text)["blockdevices"] if disk["size"]}
    assert set(disks) == set(found.subjects("block"))
    for name, disk in disks.items():
        assert found.value("block.size_bytes", name) == disk["size"]
        assert found.value("block.rotational", name) == disk["rota"]
        assert found.value("block.scheduler", name) == disk["sched"]
        assert found.value("block.nr_requests", name) == disk["rq-size"]
        assert found.value("block.logical_block_bytes", name) == disk["log-sec"]
        assert found.value("block.physical_block_bytes", name) == disk["phy-sec"]
        assert found.value("block.read_ahead_bytes", name) == disk["ra"] * 1024
        assert found.value("block.model", name) == disk["model"]
        used = any(json.dumps(disk).count(f'"{point}"') for point in ("/", "/boot", "[SWAP]"))
        assert found.value("block.mounted", name) is True or not used
