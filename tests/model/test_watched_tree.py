"""What was made of one tree is taken for another one where all answers are the same, and only there."""

from collections.abc import Callable

import pytest

from perfadvisor.model.tree import Directory, Entry, Symlink, Tree, Unreadable
from perfadvisor.model.watched_tree import AlikeTree, WatchedTree

ENTRIES: dict[str, Entry] = {
    "/sys/class/net/eth0": Symlink("../../devices/pci0/net/eth0"),
    "/sys/devices/pci0/net/eth0/mtu": b"1500\n",
    "/sys/devices/pci0/net/eth0/speed": b"100\n",
    "/sys/devices/pci0/empty": Directory(),
    "/proc/self": Symlink("77"),
    "/proc/77/limits": b"64\n",
    "/proc/77/ns/uts": Symlink("uts:[4]"),
    "/loop": Symlink("/loop"),
    "$ ethtool eth0": b"Speed: 100",
}
MTU = "/sys/class/net/eth0/mtu"


def but(**changed: Entry | None) -> Tree:
    """The tree with entries replaced by those of the same last word, or taken away."""
    entries = {source: changed.get(source.rpartition("/")[2], entry) for source, entry in ENTRIES.items()}
    return Tree({source: entry for source, entry in entries.items() if entry is not None})


def with_(more: dict[str, Entry]) -> Tree:
    return Tree({**ENTRIES, **more})


def read_once(tree: Tree) -> str | None:
    return tree.text(MTU)


def inner(tree: Tree, name: str) -> list[str | None]:
    return [tree.text(f"/sys/class/net/{name}/mtu")]


READS: list[Callable[[Tree], object]] = [
    lambda tree: tree.text(MTU),
    lambda tree: tree.integer("/sys/class/net/eth0/../eth0/mtu"),
    lambda tree: tree.exists("/sys/class/net/eth1/mtu"),
    lambda tree: tree.why_unreadable("/loop"),
    lambda tree: tree.names("/sys/class/net/eth0"),
    lambda tree: tree.names("/sys/devices/pci0"),
    lambda tree: tree.names("/"),
    lambda tree: tree.is_directory("/sys/devices/pci0/empty"),
    lambda tree: tree.commands("ethtool"),
    lambda tree: list(tree.unreadable()),
    lambda tree: len(tree.merged([])),
    lambda tree: list(tree.merged([]).items()),
    len,
    lambda tree: tree.link("/sys/class/net/eth0"),
    lambda tree: tree.link_name("/sys/class/net/eth0"),
    lambda tree: tree.link_name("/proc/self/ns/uts"),
    lambda tree: tree.realpath("/sys/class/net/eth0/mtu"),
    lambda tree: tree.text("/proc/self/limits"),
    lambda tree: tree.once(read_once),
    lambda tree: list(tree.part(inner, "eth0")),
]
OTHERS = [
    with_({}),
    but(mtu=b"9000\n"),
    but(mtu=Unreadable("Permission denied")),
    but(mtu=None),
    but(empty=None),
    but(empty=b""),
    but(eth0=None),
    but(eth0=Symlink("../../devices/pci1/net/eth0")),
    but(limits=b"128\n"),
    but(uts=Symlink("uts:[5]")),
    Tree({one.replace("77", "78"): entry for one, entry in ENTRIES.items()} | {"/proc/self": Symlink("78")}),
    with_({"/sys/class": Symlink("/elsewhere")}),
    with_({"/sys/class/net/eth1": Symlink("../../devices/pci0/net/eth0")}),
    with_({"/sys/devices/pci0": Symlink("/elsewhere")}),
    with_({"/sys/devices/pci0/net/eth0/mtu": Symlink("/elsewhere")}),
    with_({"/loop": b""}),
    with_({"$ ethtool eth1": b""}),
    with_({"/new": Unreadable("Permission denied")}),
]


@pytest.mark.parametrize("other", range(len(OTHERS)))
@pytest.mark.parametrize("read", range(len(READS)))
def test_a_part_is_what_reading_the_tree_gives(read: int, other: int) -> None:
    def part(tree: Tree) -> list[object]:
        return [READS[read](tree)]

    watched = WatchedTree(Tree(ENTRIES))
    for _ in range(2):
        assert list(watched.part(part)) == part(Tree(ENTRIES))
    expected = part(OTHERS[other])
    assert list(AlikeTree(OTHERS[other], watched).part(part)) == expected


@pytest.mark.parametrize(
    ("other", "again"),
    [
        (OTHERS[0], []),
        (but(speed=b"200\n"), []),
        (but(mtu=b"9000\n"), ["eth0", "all"]),
        (OTHERS[10], []),  # the process that read has another id, and its files say the same
        (but(limits=b"128\n"), ["limits", "all"]),
        (with_({"/proc/99/limits": b""}), []),
    ],
)
def test_what_says_the_same_is_not_read_again(other: Tree, again: list[str]) -> None:
    read: list[str] = []

    def limits(tree: Tree) -> list[str | None]:
        read.append("limits")
        return [tree.text("/proc/self/limits"), tree.link_name("/proc/self/ns/uts")]

    def nic(tree: Tree, name: str) -> list[str | None]:
        read.append(name)
        return [tree.text(f"/sys/class/net/{name}/mtu")]

    def everything(tree: Tree) -> list[str | None]:
        found = [*tree.part(nic, "eth0"), *tree.part(limits)]
        read.append("all")
        return found

    watched = WatchedTree(Tree(ENTRIES))
    assert list(watched.part(everything)) == ["1500", "64", "uts:[4]"]
    read.clear()
    list(AlikeTree(other, watched).part(everything))
    assert read == again


def test_what_is_kept_counts_for_each_that_asks() -> None:
    watched = WatchedTree(Tree(ENTRIES))

    def first(tree: Tree) -> list[object]:
        return [tree.once(read_once), "first"]

    def second(tree: Tree) -> list[object]:
        return ["second", tree.once(read_once)]

    assert [list(watched.part(one)) for one in (first, second)] == [["1500", "first"], ["second", "1500"]]
    other = AlikeTree(but(mtu=b"9000\n"), watched)
    assert [list(other.part(one)) for one in (first, second)] == [["9000", "first"], ["second", "9000"]]
