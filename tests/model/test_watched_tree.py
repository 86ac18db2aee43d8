"""What is noted of a tree is enough: what was made of it holds where nothing of that has changed."""

from collections.abc import Callable

import pytest

from perfadvisor.model.tree import Directory, Entry, Symlink, Tree, Unreadable
from perfadvisor.model.watched_tree import EVERYTHING, WHICH, WatchedTree

ENTRIES: dict[str, Entry] = {
    "/sys/class/net/eth0": Symlink("../../devices/pci0/net/eth0"),
    "/sys/devices/pci0/net/eth0/mtu": b"1500\n",
    "/sys/devices/pci0/net/eth0/speed": b"100\n",
    "/sys/devices/pci0/empty": Directory(),
    "/loop": Symlink("/loop"),
    "$ ethtool eth0": b"Speed: 100",
}
MTU = "/sys/class/net/eth0/mtu"
LINK, REAL = "/sys/class/net/eth0", "/sys/devices/pci0/net/eth0/mtu"


def with_(**changed: Entry | None) -> Tree:
    """The tree with entries replaced by those of the same last word, or taken away."""
    entries = {source: changed.get(source.rpartition("/")[2], entry) for source, entry in ENTRIES.items()}
    return Tree({source: entry for source, entry in entries.items() if entry is not None})


def read_once(tree: Tree) -> str | None:
    return tree.text(MTU)


@pytest.mark.parametrize(
    ("read", "asked"),
    [
        (lambda tree: tree.text(MTU), {REAL, LINK}),
        (lambda tree: tree.integer("/sys/class/net/eth0/../eth0/mtu"), {REAL, LINK}),
        (lambda tree: tree.exists("/sys/none"), {"/sys/none"}),
        (lambda tree: tree.why_unreadable("/loop"), {"/loop"}),
        (lambda tree: tree.names("/sys/class/net/eth0"), {"/sys/devices/pci0/net/eth0", LINK}),
        (lambda tree: tree.commands("ethtool"), {WHICH}),
        (lambda tree: list(tree.unreadable()), {EVERYTHING}),
        (lambda tree: len(tree.merged([])), {EVERYTHING}),
        (len, {WHICH}),
        (lambda tree: tree.link("/sys/class/net/eth0"), {LINK, "/sys/devices/pci0/net/eth0"}),
        (lambda tree: tree.link_name("/sys/class/net/eth0"), {LINK}),
        (lambda tree: tree.once(read_once), {REAL, LINK}),
    ],
)
def test_what_is_asked_for_is_noted(read: Callable[[Tree], object], asked: set[str]) -> None:
    watched = WatchedTree(Tree(ENTRIES))
    for _ in range(2):
        value, noted = watched.watched(read)
        assert {one for one in noted if not one.endswith("/")} == asked
        assert value == read(Tree(ENTRIES))


def test_what_is_kept_is_noted_for_each_that_asks() -> None:
    watched = WatchedTree(Tree(ENTRIES))
    first = watched.watched(lambda tree: (tree.once(read_once), tree.exists("/a")))
    second = watched.watched(lambda tree: (tree.exists("/b"), tree.once(read_once)))
    assert {REAL, LINK, "/a"} <= first[1] and {REAL, LINK, "/b"} <= second[1]
    assert "/b" not in first[1] and "/a" not in second[1]


@pytest.mark.parametrize(
    ("other", "changed"),
    [
        (with_(), set()),
        (with_(mtu=b"9000\n"), {"/sys/devices/pci0/net/eth0/mtu", EVERYTHING}),
        (with_(mtu=Unreadable("Permission denied")), {"/sys/devices/pci0/net/eth0/mtu", EVERYTHING}),
        (
            with_(empty=None),
            {"/sys/devices/pci0/empty", "/sys/devices/pci0", "/sys/devices", "/sys", "/", WHICH, EVERYTHING},
        ),
        (Tree({**ENTRIES, "$ other": b""}), {"$ other", WHICH, EVERYTHING}),
        (Tree({**ENTRIES, "/new": b""}), {"/new", "/", WHICH, EVERYTHING}),
    ],
)
def test_what_is_not_the_same_is_told_as_it_is_noted(other: Tree, changed: set[str]) -> None:
    assert WatchedTree(Tree(ENTRIES)).changed(other) == changed


@pytest.mark.parametrize(
    "other",
    [
        with_(eth0=Symlink("../../devices/pci1/net/eth0")),
        with_(eth0=None),
        Tree({**ENTRIES, "/sys/class": Symlink("/elsewhere")}),
        Tree({**ENTRIES, "/sys/devices/pci0": Symlink("/elsewhere")}),
        Tree({**ENTRIES, "/sys/devices/pci0/net/eth0/mtu": Symlink("/elsewhere")}),
    ],
)
def test_a_link_on_the_way_is_seen(other: Tree) -> None:
    watched = WatchedTree(Tree(ENTRIES))
    _, asked = watched.watched(lambda tree: tree.text(MTU))
    assert not asked.isdisjoint(watched.changed(other))
