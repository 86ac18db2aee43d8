"""The way that counters tell: the disk or card that moved most."""

from perfadvisor.facts.trial import touched
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Symlink, Tree

MACHINE = Tree(
    {
        "/sys/block/vda/dev": b"254:0\n",
        "/sys/block/vdb/dev": b"254:16\n",
        "/sys/block/loop0/dev": b"7:0\n",
        "/sys/block/loop0/size": b"8\n",
        "/sys/class/net/eth0": Symlink("../../devices/pci0000:00/0000:00:03.0/net/eth0"),
        "/sys/class/net/veth0": Symlink("../../devices/virtual/net/veth0"),
    }
)


def reading(read: int = 0, wrote: int = 0, other: int = 0, card: int = 0, virtual: int = 0) -> Tree:
    disks = (
        f" 254 0 vda 1 0 {read // 512} 0 1 0 {wrote // 512} 0 0 0 0\n 254 16 vdb 1 0 {other // 512} 0 0 0 0 0 0 0 0\n"
    )
    disks += f" 7 0 loop0 1 0 {read // 512} 0 0 0 0 0 0 0 0\n"
    row = "{}: {} 1 0 0 0 0 0 0 {} 1 0 0 0 0 0 0\n"
    cards = "a\nb\n" + row.format("eth0", card, card) + row.format("veth0", virtual, virtual)
    return Tree({"/proc/diskstats": disks.encode(), "/proc/net/dev": cards.encode()})


def way(**moved: int) -> IoPath:
    return touched.way(reading(), reading(**moved), MACHINE)


def test_the_disk_that_moved_nearly_all() -> None:
    assert way(read=8 << 20).block == "vda"
    assert way(wrote=8 << 20, other=1 << 20).block == "vda"
    assert way(read=8 << 20, other=6 << 20) == IoPath(), "two disks are no way"
    assert way(read=1000) == IoPath(), "journals write a little at any time"


def test_the_card_where_more_went_over_it() -> None:
    found = way(card=64 << 20, read=2 << 20)
    assert (found.nic, found.block) == ("eth0", "")
    assert way(virtual=64 << 20) == IoPath(), "no hardware is behind a virtual interface"


def test_what_was_not_read_is_no_way() -> None:
    assert touched.way(Tree({}), Tree({}), MACHINE) == IoPath()
    assert touched.way(reading(), reading(read=8 << 20), Tree({})) == IoPath()
