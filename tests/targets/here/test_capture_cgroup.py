"""`{cgroup}` in a pattern: the process's own groups and what lies above them, and no other group."""

import pytest

from perfadvisor.targets.here.capture import capture


@pytest.fixture
def root(tmp_path):
    """A machine with two slices, of which the process is in one, two levels deep."""
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("0::/mine.slice/job[1].scope\n")
    for group in ("", "mine.slice", "mine.slice/job[1].scope", "mine.slice/other.scope", "theirs.slice"):
        directory = tmp_path / "sys/fs/cgroup" / group
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "cpu.max").write_text("max 100000\n")
    return tmp_path


def test_only_the_own_group_and_those_above_are_read(root):
    tree = capture(["/sys/fs/cgroup{cgroup}/cpu.max"], root=str(root))
    assert [source for source, _ in tree.items() if source.endswith("cpu.max")] == [
        "/sys/fs/cgroup/cpu.max",
        "/sys/fs/cgroup/mine.slice/cpu.max",
        "/sys/fs/cgroup/mine.slice/job[1].scope/cpu.max",
    ]


def test_without_the_placeholder_the_groups_are_not_asked_for(root):
    assert not capture(["/sys/fs/cgroup/cpu.max"], root=str(root)).exists("/proc/self/cgroup")
