"""Control group limits: both versions, limits above the group, and mounts that show only a part of the hierarchy."""

import pytest

from perfadvisor.facts.cgroup import cgroup
from perfadvisor.facts.cgroup import io as cgroup_io
from perfadvisor.facts.cgroup import paths as cgroup_paths
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Tree

ROOT = "/sys/fs/cgroup"
ONLINE = {"/sys/devices/system/cpu/online": "0-7\n", "/proc/meminfo": "MemTotal: 1048576 kB\n"}
V2_MOUNT = "30 23 0:26 {root} /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"


def tree(files):
    return Tree({path: text.encode() for path, text in files.items()})


def read(files):
    return FactTable(cgroup.facts(tree(ONLINE | files)))


def v2(path="/a/b", root="/", **groups):
    """A version 2 machine; `groups` maps "a__b" to its files."""
    files = {"/proc/self/cgroup": f"0::{path}\n", "/proc/self/mountinfo": V2_MOUNT.format(root=root)}
    for group, held in groups.items():
        directory = "/".join([ROOT, *filter(None, group.replace("top", "").split("__"))])
        files |= {f"{directory}/{name}": text for name, text in held.items()}
    return files


QUOTA_ABOVE = v2(
    top={"cgroup.controllers": "cpu io memory\n"},
    a={"cpu.max": "150000 100000\n", "cpu.stat": "usage_usec 995\nnr_periods 100\nnr_throttled 40\nthrottled_usec 5\n"},
    a__b={"cpu.max": "max 100000\n", "cpu.stat": "nr_periods 0\nnr_throttled 0\n", "memory.max": "max\n"},
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cgroup.version", 2),
        ("cgroup.hybrid", False),
        ("cgroup.path", "/a/b"),
        ("cgroup.cpu_quota_cpus", 1.5),
        ("cgroup.cpu_limited", True),
        ("cgroup.cpu_periods", 100),
        ("cgroup.cpu_throttled", 40),
        ("cgroup.cpu_throttled_share", 0.005),
        ("cgroup.memory_max_bytes", None),
        ("cgroup.memory_limited", False),
    ],
)
def test_a_quota_set_above_binds_and_its_group_counts_the_stops(name, value):
    assert read(QUOTA_ABOVE).value(name) == value


def test_the_tightest_of_several_limits_binds():
    files = v2(
        a={"cpu.max": "400000 100000", "memory.max": "1000000"},
        a__b={"cpu.max": "50000 25000", "memory.max": "536870912"},
    )
    facts = read(files)
    assert facts.value("cgroup.cpu_quota_cpus") == 2.0
    assert facts.find("cgroup.cpu_quota_cpus").source == f"{ROOT}/a/b"
    assert facts.find("cgroup.memory_max_bytes").source == f"{ROOT}/a/memory.max"
    assert facts.value("cgroup.memory_limited") is True


def test_a_quota_of_all_cpus_does_not_bind():
    assert read(v2(a__b={"cpu.max": "800000 100000"})).value("cgroup.cpu_limited") is False


def test_a_controller_that_is_not_enabled_sets_no_limit():
    assert read(v2(a__b={"cgroup.controllers": "memory pids\n"})).value("cgroup.cpu_limited") is False


def test_a_group_whose_directory_was_not_read_has_unknown_limits():
    facts = read(v2())
    assert [facts.value(f"cgroup.{name}") for name in ("cpu_limited", "memory_limited", "io_limited")] == [None] * 3


def test_inside_a_container_the_mounted_root_is_the_group_itself():
    files = v2(path="/docker/abc", root="/docker/abc", top={"cpu.max": "100000 100000\n"})
    assert read(files).value("cgroup.cpu_quota_cpus") == 1.0


V1 = {
    "/proc/self/cgroup": "5:memory:/job\n4:cpu,cpuacct:/job\n3:cpuset:/job\n2:blkio:/job\n0::/job\n",
    "/proc/self/mountinfo": (
        "31 23 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
        "32 23 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "33 23 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
        "34 23 0:31 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio\n"
        "35 23 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
    ),
    f"{ROOT}/cpu,cpuacct/job/cpu.cfs_quota_us": "25000\n",
    f"{ROOT}/cpu,cpuacct/job/cpu.cfs_period_us": "100000\n",
    f"{ROOT}/cpu,cpuacct/job/cpu.stat": "nr_periods 7\nnr_throttled 3\nthrottled_time 12\n",
    f"{ROOT}/memory/job/memory.limit_in_bytes": "9223372036854771712\n",
    f"{ROOT}/memory/memory.limit_in_bytes": "9223372036854771712\n",
    f"{ROOT}/cpuset/job/cpuset.cpus": "2-3\n",
    f"{ROOT}/cpuset/job/cpuset.mems": "1\n",
    f"{ROOT}/blkio/job/blkio.throttle.read_bps_device": "8:0 1048576\n",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cgroup.version", 1),
        ("cgroup.hybrid", True),
        ("cgroup.cpu_quota_cpus", 0.25),
        ("cgroup.cpu_throttled", 3),
        ("cgroup.memory_max_bytes", None),
        ("cgroup.memory_limited", False),
        ("cgroup.cpuset", "2-3"),
        ("cgroup.cpuset_count", 2),
        ("cgroup.mems", "1"),
        ("cgroup.io_limited", True),
    ],
)
def test_version_1(name, value):
    assert read(V1).value(name) == value


def test_no_quota_of_version_1_is_minus_one():
    files = V1 | {f"{ROOT}/cpu,cpuacct/job/cpu.cfs_quota_us": "-1\n"}
    facts = read(files)
    assert facts.find("cgroup.cpu_quota_cpus").reason == "no quota"
    assert facts.value("cgroup.cpu_limited") is False


@pytest.mark.parametrize(
    ("text", "limited"),
    [("8:0 rbps=max wbps=1048576 riops=max wiops=max\n", True), ("8:0 rbps=max wbps=max\n", False), ("", False)],
)
def test_io_caps_of_version_2(text, limited):
    assert read(v2(a__b={"io.max": text})).value("cgroup.io_limited") is limited


def test_without_a_cpuset_the_own_mask_tells():
    files = {"/proc/self/status": "Cpus_allowed_list:\t0,4\nMems_allowed_list:\t0\n"}
    facts = read(files)
    assert (facts.value("cgroup.cpuset"), facts.value("cgroup.mems")) == ("0,4", "0")


def test_groups_are_those_of_all_hierarchies_and_above():
    assert cgroup_paths.groups(
        tree({"/proc/self/cgroup": "3:cpu:/\n2:memory:/a/b\n0::/c/../d\nbad\n1:x:relative"})
    ) == (*("", "/a", "/a/b", "/d"),)


def test_a_path_of_a_thousand_parts_is_bounded():
    files = v2(path="/a" * 5000)
    assert len(cgroup_paths.directories(tree(files), "cpu")) <= cgroup_paths.MAX_DEPTH
    assert len(cgroup_paths.groups(tree(files))) <= cgroup_paths.MAX_DEPTH + 1


def test_a_cap_lies_in_its_own_controller_s_hierarchy():
    """On a machine with both versions the group's path of one is not that of another."""
    file = "/sys/fs/cgroup/blkio/capped/blkio.throttle.read_iops_device"
    joined = {"/proc/self/cgroup": "2:blkio:/capped\n0::/\n", file: "8:0 9\n"}
    mounts = "34 23 0:31 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio\n"
    tree = Tree({path: text.encode() for path, text in {**joined, "/proc/self/mountinfo": mounts}.items()})
    table = FactTable([*cgroup_io.facts(tree)])
    assert table.value("cgroup.read_iops_max") == 9
    assert table.value("cgroup.io_directory") == "/sys/fs/cgroup/blkio/capped"


def test_the_files_that_set_quota_and_cpus_are_named_below_the_hierarchies() -> None:
    above = read(QUOTA_ABOVE)
    assert above.value("cgroup.cpu_quota_file") == "a/cpu.max"
    mounts = (
        "30 23 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
        "31 23 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
    )
    files = {
        "/proc/self/cgroup": "2:cpu:/a\n1:cpuset:/b\n",
        "/proc/self/mountinfo": mounts,
        "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "20000\n",
        "/sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n",
        "/sys/fs/cgroup/cpuset/b/cpuset.cpus": "0\n",
    }
    old = read(files)
    assert old.value("cgroup.cpu_quota_file") == "cpu/a/cpu.cfs_quota_us"
    assert old.value("cgroup.cpuset_file") == "cpuset/b/cpuset.cpus"
    moved = [(path.replace("/sys/fs", "/odd"), text.replace("/sys/fs", "/odd")) for path, text in files.items()]
    elsewhere = dict(moved)
    assert read(elsewhere).value("cgroup.cpu_quota_cpus") == 0.2
    assert read(elsewhere).value("cgroup.cpu_quota_file") is None, "a setting is named below /sys/fs/cgroup alone"
