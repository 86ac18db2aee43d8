"""What of containers needs no engine: limits read back from groups of both versions, remedies, the tools archive."""

import tarfile

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.facts.cgroup import io as cgroup_io
from perfadvisor.facts.cgroup.paths import SELF
from perfadvisor.facts.reading.mountinfo import PATH as MOUNTINFO
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Tree
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.container import engine as container_engine
from perfadvisor.targets.container import groups as container_groups
from perfadvisor.targets.container import limits as container_limits
from perfadvisor.targets.container.engine import Engine, helped, reason
from perfadvisor.targets.container.spec import declared_by
from perfadvisor.targets.remote import tools_image

V2 = {
    SELF: b"0::/box\n",
    MOUNTINFO: b"30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
    "/sys/fs/cgroup/box/cgroup.controllers": b"cpu io memory\n",
    "/sys/fs/cgroup/box/cpu.max": b"50000 100000\n",
    "/sys/fs/cgroup/box/memory.max": b"1073741824\n",
    "/sys/fs/cgroup/box/cpuset.cpus.effective": b"0-1\n",
    "/sys/fs/cgroup/box/io.max": b"259:0 rbps=max wbps=1048576 riops=1000 wiops=max\n",
}
V1 = {
    SELF: b"3:blkio:/box\n2:memory:/box\n1:cpu:/box\n",
    MOUNTINFO: b"".join(
        b"3%d 20 0:2%d / /sys/fs/cgroup/%s rw - cgroup cgroup rw,%s\n" % (i, i, name, name)
        for i, name in enumerate((b"cpu", b"memory", b"blkio"))
    ),
    "/sys/fs/cgroup/cpu/box/cpu.cfs_quota_us": b"50000\n",
    "/sys/fs/cgroup/cpu/box/cpu.cfs_period_us": b"100000\n",
    "/sys/fs/cgroup/memory/box/memory.limit_in_bytes": b"1073741824\n",
    "/sys/fs/cgroup/blkio/box/blkio.throttle.read_iops_device": b"259:0 1000\n",
    "/sys/fs/cgroup/blkio/box/blkio.throttle.write_bps_device": b"259:0 1048576\n",
}
BARE = {SELF: b"0::/\n", MOUNTINFO: V2[MOUNTINFO], "/sys/fs/cgroup/cgroup.controllers": b"cpu io memory\n"}


@pytest.fixture
def numbered(monkeypatch):
    monkeypatch.setattr(container_limits, "_device_number", lambda device: "259:0")


def missed(options: str, entries) -> list[str]:
    declared = declared_by(read_spec(f"docker:{options}"))
    return [one.split("=")[0] for one in container_limits.ignored(declared, Tree(entries))]


@pytest.mark.parametrize("entries", [V1, V2])
def test_limits_that_hold(entries, numbered) -> None:
    options = "cpus=0.5,memory=1g,device-read-iops=/dev/x:1000,device-write-bps=/dev/x:1m"
    assert missed(options, entries) == []


@pytest.mark.parametrize("entries", [V1, V2])
def test_limits_that_do_not(entries, numbered) -> None:
    options = "cpus=0.4,memory=512m,device-read-iops=/dev/x:999,device-write-iops=/dev/x:5"
    assert missed(options, entries) == ["cpus", "memory", "device-read-iops", "device-write-iops"]


def test_a_container_in_the_group_at_the_top_has_no_limit(numbered) -> None:
    """Rootless podman on version 1 leaves the container there, and exits with 0."""
    assert missed("cpus=0.5,memory=1g,device-read-iops=/dev/x:1", BARE) == ["cpus", "memory", "device-read-iops"]


@pytest.mark.parametrize("entries", [V1, V2])
def test_caps_are_facts(entries) -> None:
    facts = FactTable(cgroup_io.facts(Tree(entries)))
    assert facts.value("cgroup.read_iops_max") == 1000
    assert facts.value("cgroup.write_bytes_per_s_max") == 1048576
    assert facts.value("cgroup.write_iops_max") is None
    assert facts.find("cgroup.write_iops_max").reason == "no such cap is set"


def test_the_tightest_cap_above_counts() -> None:
    top = {**V2, SELF: b"0::/box/in\n", "/sys/fs/cgroup/box/in/io.max": b"259:0 riops=5000\n"}
    facts = FactTable(cgroup_io.facts(Tree(top)))
    assert facts.value("cgroup.read_iops_max") == 1000


def test_groups_of_the_host_take_the_place_of_what_the_container_sees(monkeypatch) -> None:
    inside = Tree(
        {
            SELF: b"0::/\n",
            MOUNTINFO: b"1 0 0:9 / / rw - overlay overlay rw\n2 1 0:26 /../.. /sys/fs/cgroup ro - cgroup2 c rw\n",
            "/sys/fs/cgroup/cpu.max": b"max 100000\n",
            "/proc/version": b"Linux\n",
        }
    )
    monkeypatch.setattr(container_groups, "seen", lambda pid, patterns: Tree(V2))
    whole = container_groups.overlaid(inside, 1, ["/sys/fs/cgroup{cgroup}/cpu.max"])
    assert whole.text(SELF) == "0::/box"
    assert whole.text("/sys/fs/cgroup/box/cpu.max") == "50000 100000"
    assert whole.read("/sys/fs/cgroup/cpu.max") is None, "the container's own view is gone"
    assert "overlay" in whole.text(MOUNTINFO)
    assert whole.text(MOUNTINFO).count("cgroup2") == 2, "one line: the kind of mount and its name"
    assert whole.text("/proc/version") == "Linux"


def test_podman_gets_what_its_complaint_asks_for() -> None:
    plain = Engine(program="podman")
    runtime = helped(plain, "Error: crun: cgroups in hybrid mode not supported, drop all controllers from cgroupv1")
    assert runtime is not None
    assert runtime.options == ("--runtime", "runc")
    limits = helped(runtime, "error setting rlimit type 7: operation not permitted")
    assert limits is not None
    assert limits.run_options[0].startswith("--ulimit=nofile=")
    assert helped(limits, "error setting rlimit type 7: operation not permitted") is None, "once is enough"
    assert helped(plain, "no space left on device") is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Unable to find image\ndocker: Error response from daemon: no.\n\nRun 'docker run --help'\n", "docker: Error"),
        ("one\ntwo\n", "two"),
        ("", ""),
    ],
)
def test_the_line_that_tells_most(text, line) -> None:
    assert reason(text).startswith(line)


def test_docker_on_another_machine_is_refused(monkeypatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://192.0.2.1:2375")
    with pytest.raises(MeasureError, match="another machine"):
        container_engine.docker()


@pytest.mark.tools
def test_the_tools_archive_is_the_same_every_time_and_complete(tmp_path) -> None:
    shell = tools_image.find("busybox")
    if shell is None:
        pytest.skip("busybox is not installed")
    iperf3 = tools_image.find("iperf3")
    if iperf3 is None:
        pytest.skip("iperf3 is not installed")
    files = tools_image.contents({"busybox": shell, "iperf3": iperf3})
    tools_image.write(files, tmp_path / "a.tar")
    again = tools_image.contents({"iperf3": iperf3, "busybox": shell})
    assert tools_image.digest(files) == tools_image.digest(again)
    tools_image.write(again, tmp_path / "b.tar")
    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes()
    with tarfile.open(tmp_path / "a.tar") as tar:
        names = {member.name: member for member in tar}
    assert names["bin/sh"].linkname == "busybox"
    assert any("libiperf" in name for name in names), "the libraries it is linked to"
    assert {member.mtime for member in names.values()} == {0}
    assert all(not name.startswith("/") and ".." not in name for name in names)
