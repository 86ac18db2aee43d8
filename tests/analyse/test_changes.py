"""Settings that move are named; counters that move are not."""

from perfadvisor.analyse.changes import changed_settings
from perfadvisor.model.fact import Absent, Fact, FactTable


def fact(name: str, value: object, subject: str = "") -> Fact:
    return Fact(name=name, subject=subject, value=value, source="x")  # type: ignore[arg-type]


def test_only_settings_that_differ() -> None:
    before = FactTable(
        [fact("block.scheduler", "none", "sda"), fact("memory.free_bytes", 1), fact("numa.balancing", 1)]
    )
    after = FactTable([fact("block.scheduler", "bfq", "sda"), fact("memory.free_bytes", 2), fact("numa.balancing", 1)])
    assert changed_settings(before, after) == ("block.scheduler of sda: none -> bfq",)


def test_a_value_that_vanished_is_a_change_and_a_subject_that_left_is_not() -> None:
    before = FactTable([fact("cgroup.cpu_quota_cpus", 2.0), fact("nic.mtu", 1500, "veth0")])
    after = FactTable([Absent(name="cgroup.cpu_quota_cpus", reason="no quota")])
    assert changed_settings(before, after) == ("cgroup.cpu_quota_cpus: 2.0 -> absent",)
