"""Which kinds of device were not looked for."""

import pytest

from perfadvisor.facts.machine.listed import LISTED_IN, unread
from perfadvisor.model.tree import Directory, Entry, Symlink, Tree, Unreadable

PCI, BLOCK = LISTED_IN["pci"], LISTED_IN["block"]


def test_a_tree_of_unknown_origin_may_lack_what_the_machine_has() -> None:
    tree = Tree({f"{PCI}/0000:00:00.0": Directory(), f"{LISTED_IN['nic']}/lo": Directory()})
    assert unread(tree, complete=False) == {"block": BLOCK, "node": LISTED_IN["node"]}


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("entry", [Unreadable("Permission denied"), Symlink(PCI)], ids=["denied", "loop"])
def test_a_directory_that_could_not_be_read_lists_nothing(entry: Entry, complete: bool) -> None:
    others = {path: Directory() for kind, path in LISTED_IN.items() if kind != "pci"}
    assert unread(Tree({PCI: entry, **others}), complete=complete) == {"pci": PCI}


def test_what_a_whole_capture_does_not_hold_is_not_there() -> None:
    assert unread(Tree({}), complete=True) == {}
    assert unread(Tree({}), complete=False) == LISTED_IN
