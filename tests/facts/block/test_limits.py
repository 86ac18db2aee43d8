"""What holds a disk's writers and readers back above its queue."""

import pytest

from perfadvisor.facts.block import limits
from perfadvisor.facts.reading import mountinfo
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Tree

MOUNTS = """29 1 8:0 / / rw,relatime - ext4 /dev/sda rw
30 29 0:21 / /dev/shm rw - tmpfs tmpfs rw
31 29 7:0 / /mnt rw - ext4 /dev/loop0 rw,sync
32 29 7:1 / /quick rw,relatime - ext4 /dev/loop1 rw
"""
FILES = {
    mountinfo.PATH: MOUNTS,
    "/sys/block/sda/dev": "8:0\n",
    "/sys/block/sda/size": "100\n",
    "/sys/block/sda/bdi/strict_limit": "0\n",
    "/sys/block/loop0/dev": "7:0\n",
    "/sys/block/loop0/size": "100\n",
    "/sys/block/loop0/bdi/strict_limit": "1\n",
    "/sys/block/loop0/bdi/max_ratio_fine": "100\n",
    "/sys/block/loop0/loop/dio": "0\n",
    "/sys/block/loop0/loop/backing_file": "/var/image\n",
    "/sys/block/loop1/dev": "7:1\n",
    "/sys/block/loop1/size": "100\n",
    "/sys/block/loop1/loop/dio": "1\n",
    "/sys/block/loop1/loop/backing_file": "/dev/shm/image\n",
}


def table(files: dict[str, str]) -> FactTable:
    return FactTable(limits.facts(Tree({path: text.encode() for path, text in files.items()})))


@pytest.mark.parametrize(
    ("name", "subject", "value"),
    [
        ("block.writeback_strict", "sda", False),
        ("block.writeback_share", "sda", None),  # kernels before 6.2
        ("block.mounted_sync", "sda", False),
        ("block.is_loop", "sda", False),
        ("block.loop_direct_io", "sda", None),
        ("block.writeback_strict", "loop0", True),
        ("block.writeback_share", "loop0", 0.0001),
        ("block.mounted_sync", "loop0", True),
        ("block.is_loop", "loop0", True),
        ("block.loop_direct_io", "loop0", False),
        ("block.loop_file_system", "loop0", "ext4"),
        ("block.mounted_sync", "loop1", False),
        ("block.loop_direct_io", "loop1", True),
        ("block.loop_file_system", "loop1", "tmpfs"),
    ],
)
def test_facts(name: str, subject: str, value: object) -> None:
    assert table(FILES).value(name, subject) == value


def test_without_a_list_of_mounts_nothing_is_said_of_them() -> None:
    found = table({path: text for path, text in FILES.items() if path != mountinfo.PATH})
    assert found.value("block.mounted_sync", "loop0") is None
    assert found.value("block.loop_file_system", "loop0") is None
