"""What came, went or changed during a trial: each thing on its own, from readings and from messages."""

import pytest

from perfadvisor.facts.trial.happened import MachineChange, Where, changes, event
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Entry, Symlink, Tree

PCI, OTHER, PATH = "0000:81:00.0", "0000:82:00.0", IoPath(block="nvme0n1", pci="0000:81:00.0", nic="eth0")
BUS = "/sys/bus/pci/devices"
MACHINE: dict[str, Entry] = {
    "/sys/devices/system/cpu/online": b"0-7",
    "/sys/class/net/eth0/ifindex": b"2", "/sys/class/net/eth1/ifindex": b"3",
    f"{BUS}/{PCI}": Symlink("../../../devices/pci0000:80/0000:81:00.0"),
    f"{BUS}/{OTHER}": Symlink("../../../devices/pci0000:80/0000:82:00.0"),
    f"/sys/devices/pci0000:80/{PCI}/driver": Symlink("../../../bus/pci/drivers/nvme"),
    f"/sys/devices/pci0000:80/{PCI}/msi_irqs/40": b"msix",
    f"/sys/devices/pci0000:80/{PCI}/sriov_numvfs": b"0",
    f"/sys/devices/pci0000:80/{PCI}/iommu_group/type": b"DMA",
    "/sys/block/nvme0n1/size": b"1000", "/sys/block/nvme1n1/size": b"1000", "/sys/block/loop0/size": b"0",
    "/sys/block/nvme0n1/queue/scheduler": b"[none] mq-deadline",
    "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages": b"64",
    "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages": b"64",
}  # fmt: skip


def changed(**values: Entry | None) -> tuple[MachineChange, ...]:
    after = MACHINE | {path: value for path, value in values.items() if value is not None}
    gone = {path for path, value in values.items() if value is None}
    return changes(Tree(MACHINE), Tree({path: value for path, value in after.items() if path not in gone}), PATH)


def test_nothing_happened() -> None:
    assert changed() == ()
    assert changes(Tree({}), Tree(MACHINE), PATH) == (), "what was not read is unknown"


HUGE = "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages"


@pytest.mark.parametrize(
    ("values", "where", "words"),
    [
        ({"/sys/devices/system/cpu/online": b"0-2,4-7"}, Where.MACHINE, "online CPUs: 0-7 -> 0-2,4-7"),
        ({f"/sys/devices/pci0000:80/{PCI}/sriov_numvfs": b"4"}, Where.PATH, f"virtual functions of {PCI}: 0 -> 4"),
        (
            {"/sys/class/net/eth1/ifindex": None, "/sys/class/net/lan/ifindex": b"3"},
            Where.ELSEWHERE,
            "interface eth1 was renamed lan",
        ),
        (
            {"/sys/class/net/eth0/ifindex": None, "/sys/class/net/lan/ifindex": b"2"},
            Where.PATH,
            "interface eth0 was renamed lan",
        ),
        ({f"{BUS}/{OTHER}": None}, Where.ELSEWHERE, f"PCI function {OTHER} went away"),
        ({f"{BUS}/0000:83:00.0": Symlink("../x")}, Where.ELSEWHERE, "PCI function 0000:83:00.0 came"),
        ({"/sys/block/nvme1n1/size": None}, Where.ELSEWHERE, "disk nvme1n1 went away"),
        ({"/sys/block/nvme0n1/size": None}, Where.PATH, "disk nvme0n1 went away"),
        ({"/sys/block/loop0/size": b"8192"}, Where.ELSEWHERE, "disk loop0 came"),
        ({HUGE: b"10"}, Where.MEMORY, "free_hugepages of 2048kB: 64 -> 10"),
        (
            {f"/sys/devices/pci0000:80/{PCI}/driver": Symlink("../../vfio-pci")},
            Where.PATH,
            f"driver of {PCI}: nvme -> vfio-pci",
        ),
        (
            {f"/sys/devices/pci0000:80/{PCI}/msi_irqs/40": None, f"/sys/devices/pci0000:80/{PCI}/msi_irqs/57": b"msix"},
            Where.PATH,
            f"interrupts of {PCI}: 40 -> 57",
        ),
        (
            {f"/sys/devices/pci0000:80/{PCI}/iommu_group/type": b"identity"},
            Where.PATH,
            f"IOMMU domain of {PCI}: DMA -> identity",
        ),
        (
            {"/sys/block/nvme0n1/queue/scheduler": b"none [mq-deadline]"},
            Where.PATH,
            "scheduler of nvme0n1: [none] mq-deadline -> none [mq-deadline]",
        ),
    ],
)
def test_each_change_is_named_with_what_it_touches(values: dict[str, Entry | None], where: Where, words: str) -> None:
    assert changed(**values) == (MachineChange(where=where, words=words),)


def message(action: str, place: str, **values: str) -> bytes:
    words = {"ACTION": action, "DEVPATH": place} | values
    return b"\0".join([f"{action}@{place}".encode(), *(f"{key}={value}".encode() for key, value in words.items()), b""])


@pytest.mark.parametrize(
    ("heard", "where", "words"),
    [
        (message("offline", "/devices/system/cpu/cpu3", SUBSYSTEM="cpu"), Where.MACHINE, "CPU 3 went offline"),
        (message("remove", f"/devices/pci0000:80/{PCI}", SUBSYSTEM="pci"), Where.PATH, f"PCI function {PCI} went away"),
        (
            message("add", f"/devices/pci0000:80/{OTHER}", SUBSYSTEM="pci"),
            Where.ELSEWHERE,
            f"PCI function {OTHER} came",
        ),
        (
            message("unbind", f"/devices/pci0000:80/{PCI}", SUBSYSTEM="pci", DRIVER="nvme"),
            Where.PATH,
            f"PCI function {PCI}: nvme was unbound",
        ),
        (
            message("move", "/devices/virtual/net/lan", SUBSYSTEM="net", DEVPATH_OLD="/devices/virtual/net/eth0"),
            Where.PATH,
            "interface eth0 was renamed lan",
        ),
        (
            message("remove", f"/devices/pci0000:80/{OTHER}/nvme/nvme1/nvme1n1", SUBSYSTEM="block", DEVTYPE="disk"),
            Where.ELSEWHERE,
            "disk nvme1n1 went away",
        ),
        (message("change", "/devices/virtual/block/loop1", SUBSYSTEM="block"), Where.ELSEWHERE, "disk loop1 changed"),
    ],
)
def test_each_announcement_is_read(heard: bytes, where: Where, words: str) -> None:
    assert event(heard, PATH) == MachineChange(where=where, words=words)


@pytest.mark.parametrize(
    "heard",
    [
        message("add", "/devices/virtual/net/vb/queues/rx-0", SUBSYSTEM="queues"),
        message("change", "/devices/x/block/nvme0n1", SUBSYSTEM="block", SYNTH_UUID="0", RESIZE="1"),
        message("change", "/devices/x/block/nvme0n1", SUBSYSTEM="block"),
        message("remove", "/devices/x/block/sda/sda1", SUBSYSTEM="block", DEVTYPE="partition"),
        b"libudev\0\xfe\xed\xca\xfe",
        b"",
        b"add@/" + b"x" * 10000,
        b"\xff\xfe",
    ],
)
def test_what_changes_nothing_is_passed_over(heard: bytes) -> None:
    assert event(heard, PATH) is None
