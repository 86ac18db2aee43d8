"""Settings that move are named, whatever they are; counters that move are not."""

import pytest

from perfadvisor.analyse.results.changes import SettingChange, changed_settings
from perfadvisor.facts.catalogue import CATALOGUE
from perfadvisor.model.fact import Absent, Fact, FactTable, Scalar
from perfadvisor.model.result import IoPath
from perfadvisor.model.workload import Workload


def fact(name: str, value: Scalar, subject: str = "") -> Fact:
    return CATALOGUE[name].fact(value, source="x", subject=subject)


def changes(before: list[Fact], after: list[Fact | Absent]) -> tuple[SettingChange, ...]:
    return changed_settings(FactTable(before), FactTable(after), CATALOGUE)


def test_only_settings_that_differ() -> None:
    before = [fact("block.scheduler", "none", "sda"), fact("memory.free_bytes", 1), fact("numa.balancing", 1)]
    found = changes(
        before, [fact("block.scheduler", "bfq", "sda"), fact("memory.free_bytes", 2), fact("numa.balancing", 1)]
    )
    assert [str(change) for change in found] == ["block.scheduler of sda: none -> bfq"]


@pytest.mark.parametrize(
    ("name", "subject", "was", "now"),
    [
        ("irq.affinity", "33", "0-3", "0"),
        ("nic.rps_queue_count", "eth0", 0, 4),
        ("pci.aspm", "0000:01:00.0", "disabled", "L1"),
        ("cpu.cstate_max_latency_us", "", 133, 1),
        ("memory.ksm_run", "", 0, 1),
        ("cpu.frequency_limit_hz", "", 3_000_000_000, 1_000_000_000),
        ("limits.memlock_bytes", "", 65536, 8_388_608),
        ("sysctl.value", "vm.dirty_ratio", "20", "5"),
    ],
)
def test_every_setting_is_watched(name: str, subject: str, was: Scalar, now: Scalar) -> None:
    found = changes([fact(name, was, subject)], [fact(name, now, subject)])
    assert [(change.name, change.subject) for change in found] == [(name, subject)]


def test_interrupts_that_irqbalance_moves_changed_nothing() -> None:
    moved = [fact("irq.affinity", "0", "33"), fact("interrupts.irqbalance", True)]
    assert changes([fact("irq.affinity", "1", "33"), fact("interrupts.irqbalance", True)], [*moved]) == ()
    assert len(changes([fact("irq.affinity", "1", "33"), fact("interrupts.irqbalance", False)], [*moved])) == 2


def test_a_value_that_vanished_is_a_change_and_a_subject_that_left_is_not() -> None:
    before = [fact("cgroup.cpu_quota_cpus", 2.0), fact("nic.mtu", 1500, "veth0")]
    found = changes(before, [Absent(name="cgroup.cpu_quota_cpus", reason="no quota")])
    assert [str(change) for change in found] == ["cgroup.cpu_quota_cpus: 2 -> absent"]


MACHINE = [
    fact("block.pci_address", "0000:02:00.0", "sda"),
    fact("block.pci_address", "0000:03:00.0", "sdb"),
    fact("pci.iommu_group", "7", "0000:02:00.0"),
    fact("pci.iommu_group", "8", "0000:03:00.0"),
    fact("pci.root_port", "0000:00:1c.0", "0000:02:00.0"),
    fact("pci.root_port", "0000:00:1d.0", "0000:03:00.0"),
    fact("irq.pci_address", "0000:02:00.0", "33"),
    fact("irq.pci_address", "0000:03:00.0", "34"),
    fact("mount.device", "sda", "/data"),
    fact("mount.device", "sdb", "/other"),
]


@pytest.mark.parametrize(
    ("name", "subject", "device", "path", "felt"),
    [
        ("block.scheduler", "sda", "storage", IoPath(block="sda"), True),
        ("block.scheduler", "sdb", "storage", IoPath(block="sda"), False),
        ("pci.aspm", "0000:00:1c.0", "storage", IoPath(block="sda", pci="0000:02:00.0"), True),
        ("pci.aspm", "0000:00:1d.0", "storage", IoPath(block="sda", pci="0000:02:00.0"), False),
        ("iommu_group.type", "7", "storage", IoPath(block="sda"), True),
        ("iommu_group.type", "8", "storage", IoPath(block="sda"), False),
        ("irq.affinity", "33", "storage", IoPath(block="sda", pci="0000:02:00.0"), True),
        ("irq.affinity", "34", "storage", IoPath(block="sda", pci="0000:02:00.0"), False),
        ("mount.options", "/data", "storage", IoPath(block="sda"), True),
        ("mount.options", "/other", "storage", IoPath(block="sda"), False),
        ("vm_disk.cache", "web/vda", "storage", IoPath(block="sda"), False),
        ("nic.qdisc", "eth0", "network", IoPath(), False),
        ("hugepages.total", "2048kB", "memory", IoPath(), True),
        ("hugepages.total", "2048kB", "storage", IoPath(block="sda"), False),
        ("sysctl.value", "vm.nr_hugepages", "storage", IoPath(block="sda"), False),
        ("sysctl.value", "vm.dirty_ratio", "storage", IoPath(block="sda"), True),
        ("iommu.default_domain", "", "storage", IoPath(block="sda"), False),
        ("cpu.governors", "", "storage", IoPath(block="sda"), True),
    ],
)
def test_only_results_that_can_have_felt_it(name: str, subject: str, device: str, path: IoPath, felt: bool) -> None:
    values: tuple[Scalar, Scalar] = (1, 2) if CATALOGUE[name].type is int else ("a", "b")
    before, after = (fact(name, value, subject) for value in values)
    [change] = changes([*MACHINE, before], [after])
    workload = Workload(id=f"{device}/x", title="x", device=device, tool="fio", parameters={}, metrics=())
    assert change.concerns(workload, (path,)) is felt
