"""The way from a file, a device or a network interface to the hardware."""

import pytest

from perfadvisor.facts.block import io_path
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Symlink, Tree

VDA = "/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0"
MOUNTS = b"""1 0 254:1 / / rw - ext4 /dev/vda1 rw
2 1 0:30 / /data rw - btrfs /dev/mapper/vg rw
3 1 0:9 / /tmp rw - tmpfs t rw
"""
STORAGE = Tree(
    {
        "/proc/self/mountinfo": MOUNTS,
        "/sys/block/vda": Symlink(f"..{VDA.removeprefix('/sys')}/virtio0/block/vda"),
        f"{VDA}/virtio0/block/vda/dev": b"254:0\n",
        f"{VDA}/virtio0/block/vda/vda1/dev": b"254:1\n",
        "/sys/block/dm-0": Symlink("../devices/virtual/block/dm-0"),
        "/sys/devices/virtual/block/dm-0/dev": b"253:0\n",
        "/sys/devices/virtual/block/dm-0/dm/name": b"vg\n",
        "/sys/devices/virtual/block/dm-0/slaves/vda1": Symlink("../../../../pci0000:00/x"),
    }
)


@pytest.mark.parametrize(
    ("file", "number", "expected"),
    [
        ("/root/x", "254:1", IoPath(file="/root/x", file_system="ext4", block="vda", pci="0000:01:00.0")),
        ("/data/x", "0:99", IoPath(file="/data/x", file_system="btrfs", block="vda", pci="0000:01:00.0")),
        ("/tmp/x", "0:9", IoPath(file="/tmp/x", file_system="tmpfs")),
        ("/database", "254:1", IoPath(file="/database", file_system="ext4", block="vda", pci="0000:01:00.0")),
    ],
)
def test_the_way_to_a_file(file, number, expected) -> None:
    assert io_path.of_file(STORAGE, file, number) == expected


def test_the_way_to_a_device() -> None:
    assert io_path.of_device(STORAGE, "253:0") == IoPath(block="vda", pci="0000:01:00.0")
    assert io_path.of_device(STORAGE, "9:9") == IoPath()
    assert io_path.of_file(Tree({}), "/x", "1:1") == IoPath(file="/x")


def test_the_way_out_of_a_nic_and_the_node_at_its_end() -> None:
    tree = Tree(
        {
            "/sys/bus/pci/devices/0000:01:00.0": Symlink(f"../../..{VDA.removeprefix('/sys')}"),
            "/sys/class/net/eth0": Symlink(f"../..{VDA.removeprefix('/sys')}/net/eth0"),
            f"{VDA}/numa_node": b"0\n",
        }
    )
    path = io_path.of_nic(tree, "eth0")
    assert path == IoPath(nic="eth0", pci="0000:01:00.0")
    assert io_path.node(tree, path) == 0
    assert io_path.of_nic(Tree({"/sys/class/net/lo": Symlink("../../devices/virtual/net/lo")}), "lo") == IoPath(
        nic="lo"
    )
