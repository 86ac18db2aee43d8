"""What rests on a disk, through partitions and what is built upon them."""

from perfadvisor.facts.block.carried import facts
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Directory, Entry, Symlink, Tree

VDA, DM = "/sys/devices/pci0000:00/0000:00:01.0/virtio0/block/vda", "/sys/devices/virtual/block/dm-0"
MACHINE: dict[str, Entry] = {
    "/sys/block/vda": Symlink("../devices/pci0000:00/0000:00:01.0/virtio0/block/vda"),
    "/sys/block/dm-0": Symlink("../devices/virtual/block/dm-0"),
    "/sys/block/vdb": Directory(),
    f"{VDA}/dev": b"254:0", f"{VDA}/vda1/dev": b"254:1", f"{VDA}/vda2/dev": b"254:2",
    f"{VDA}/vda2/holders/dm-0": Symlink("../../../../../../virtual/block/dm-0"),
    f"{DM}/dev": b"253:0", f"{DM}/dm/name": b"root", f"{DM}/slaves/vda2": Symlink("../../x"),
    "/proc/self/mountinfo": b"1 0 254:1 / /boot rw - ext4 /dev/vda1 rw\n2 0 253:0 / / rw - ext4 /dev/mapper/root rw\n",
    "/proc/swaps": b"Filename Type Size Used Priority\n/dev/vdb partition 1 0 -2\n",
}  # fmt: skip


def test_a_disk_carries_what_is_mounted_on_its_partitions_and_on_what_is_built_upon_them() -> None:
    found = FactTable(facts(Tree(MACHINE)))
    assert found.of("block.mount_points") == {"vda": "/,/boot", "dm-0": "/"}
    assert found.of("block.holders") == {"vda": "dm-0"}
    assert found.of("block.is_swap") == {"vda": False, "dm-0": False, "vdb": True}


def test_without_the_lists_nothing_is_known() -> None:
    bare = FactTable(facts(Tree({path: entry for path, entry in MACHINE.items() if not path.startswith("/proc/")})))
    assert bare.of("block.is_swap") == bare.of("block.mount_points") == {}
