"""Settings that move are named; counters that move are not."""

import pytest

from perfadvisor.analyse.results.changes import Change, changed_settings
from perfadvisor.model.fact import Absent, Fact, FactTable
from perfadvisor.model.result import Path
from perfadvisor.model.workload import Workload


def fact(name: str, value: object, subject: str = "") -> Fact:
    return Fact(name=name, subject=subject, value=value, source="x")  # type: ignore[arg-type]


def test_only_settings_that_differ() -> None:
    before = FactTable(
        [fact("block.scheduler", "none", "sda"), fact("memory.free_bytes", 1), fact("numa.balancing", 1)]
    )
    after = FactTable([fact("block.scheduler", "bfq", "sda"), fact("memory.free_bytes", 2), fact("numa.balancing", 1)])
    assert [str(change) for change in changed_settings(before, after)] == ["block.scheduler of sda: none -> bfq"]


def test_a_value_that_vanished_is_a_change_and_a_subject_that_left_is_not() -> None:
    before = FactTable([fact("cgroup.cpu_quota_cpus", 2.0), fact("nic.mtu", 1500, "veth0")])
    after = FactTable([Absent(name="cgroup.cpu_quota_cpus", reason="no quota")])
    assert [str(change) for change in changed_settings(before, after)] == ["cgroup.cpu_quota_cpus: 2.0 -> absent"]


@pytest.mark.parametrize(
    ("name", "subject", "device", "path", "felt"),
    [
        ("block.scheduler", "sda", "storage", Path(block="sda"), True),
        ("block.scheduler", "sdb", "storage", Path(block="sda"), False),
        ("nic.mtu", "eth0", "network", Path(), False),
        ("hugepages.total", "2048kB", "memory", Path(), True),
        ("hugepages.total", "2048kB", "storage", Path(block="sda"), False),
        ("cpu.governors", "", "storage", Path(block="sda"), True),
    ],
)
def test_only_results_that_can_have_felt_it(name: str, subject: str, device: str, path: Path, felt: bool) -> None:
    change = Change(name=name, subject=subject, before="a", after="b")
    workload = Workload(id=f"{device}/x", title="x", device=device, tool="fio", parameters={}, metrics=())
    assert change.concerns(workload, (path,)) is felt
