"""A device that went away and came back is another one until something proves it the same."""

import pytest

from perfadvisor.facts.trial.returned import BLOCK, NET, came_back, patterns
from perfadvisor.model.happened import Where
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree

DISK, NIC = IoPath(block="nvme0n1"), IoPath(nic="eth0")


def disk(**files: str) -> Tree:
    return Tree({f"{BLOCK}/nvme0n1/{name}": text.encode() for name, text in ({"size": "64"} | files).items()})


@pytest.mark.parametrize(
    ("first", "now", "where"),
    [
        (disk(diskseq="3", wwid="nvme.1"), disk(diskseq="3", wwid="nvme.1"), None),
        (disk(diskseq="3", wwid="nvme.1"), disk(diskseq="9", wwid="nvme.1"), Where.ELSEWHERE),
        (disk(diskseq="3", wwid="nvme.1"), disk(diskseq="9", wwid="nvme.2"), Where.PATH),
        (disk(diskseq="3"), disk(diskseq="9"), Where.PATH),
        (disk(diskseq="3", serial="A"), disk(diskseq="9", serial="A"), Where.ELSEWHERE),
        (disk(diskseq="3", serial="A"), disk(diskseq="9", serial="A", size="128"), Where.PATH),
        (disk(wwid="nvme.1"), disk(wwid="nvme.2"), None),
    ],
)
def test_a_disk(first: Tree, now: Tree, where: Where | None) -> None:
    found = came_back(first, now, DISK)
    assert (found.where if found else None) == where


def test_an_interface_is_its_address() -> None:
    trees = [Tree({f"{NET}/eth0/ifindex": n, f"{NET}/eth0/address": mac}) for n, mac in ((b"2", b"x"), (b"7", b"x"))]
    other = Tree({f"{NET}/eth0/ifindex": b"9", f"{NET}/eth0/address": b"y"})
    back = came_back(trees[0], trees[1], NIC)
    assert back is not None
    assert (back.where, "MAC address" in back.words) == (Where.ELSEWHERE, True)
    swapped = came_back(trees[0], other, NIC)
    assert swapped is not None
    assert swapped.where is Where.PATH


def test_nothing_is_read_of_a_way_without_devices() -> None:
    assert patterns(IoPath()) == ()
    assert f"{BLOCK}/nvme0n1/diskseq" in patterns(DISK)
