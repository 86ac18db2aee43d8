"""Interrupts of an interface since boot, and those on CPUs that were set aside."""

from perfadvisor.facts.net import irq_since_boot
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Entry, Link, Tree

CPUS = "/sys/devices/system/cpu"
DEVICE = "/sys/devices/pci0000:80/0000:81:00.0"
SERVER: dict[str, Entry] = {
    "/sys/bus/pci/devices/0000:81:00.0": Link("../../../devices/pci0000:80/0000:81:00.0"),
    f"{DEVICE}/msi_irqs/80": b"msix",
    "/sys/class/net/eth0": Link("../../devices/pci0000:80/0000:81:00.0/net/eth0"),
    f"{DEVICE}/net/eth0/mtu": b"1500\n",
    "/sys/class/net/lo/mtu": b"65536\n",
    "/proc/interrupts": b"CPU0 CPU1 CPU2 CPU3\n80: 10 20 30 40 X\n",
    f"{CPUS}/isolated": b"2\n",
    f"{CPUS}/nohz_full": b"2-3\n",
}


def read(**more: Entry) -> FactTable:
    entries = {path: entry for path, entry in {**SERVER, **more}.items() if entry != b"gone"}
    return FactTable(irq_since_boot.facts(Tree(entries)))


def test_both_lists_count() -> None:
    found = read()
    assert found.value("nic.irq_total", "eth0") == 100
    assert found.value("nic.irq_isolated_share", "eth0") == 0.7
    assert isinstance(found.find("nic.irq_total", "lo"), Absent)


def test_older_kernels_write_null_for_none() -> None:
    assert read(**{f"{CPUS}/isolated": b"\n", f"{CPUS}/nohz_full": b" (null)\n"}).value(
        "nic.irq_isolated_share", "eth0"
    ) == 0.0  # fmt: skip


def test_lists_that_were_not_read_are_not_empty() -> None:
    assert isinstance(read(**{f"{CPUS}/isolated": b"gone"}).find("nic.irq_isolated_share", "eth0"), Absent)


def test_interrupts_that_were_not_counted_are_not_zero() -> None:
    found = read(**{"/proc/interrupts": b"gone"})
    assert isinstance(found.find("nic.irq_total", "eth0"), Absent)
    assert isinstance(found.find("nic.irq_isolated_share", "eth0"), Absent)
