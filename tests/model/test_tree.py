"""Looking things up in a tree through its links, held against the kernel's own path walk."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.model.tree import Directory, Entry, Symlink, Tree, Unreadable

NIC = Tree(
    {
        "/sys/class/net/eth0": Symlink("../../devices/pci0000:00/0000:00:03.0/net/eth0"),
        "/sys/devices/pci0000:00/0000:00:03.0/net/eth0/mtu": b"1500\n\0",
        "/sys/devices/pci0000:00/0000:00:03.0/net/eth0/device": Symlink("../../../0000:00:03.0"),
        "/sys/devices/pci0000:00/0000:00:03.0/driver": Symlink("../../../bus/pci/drivers/e1000e"),
        "/sys/devices/pci0000:00/0000:00:03.0/vpd": Unreadable("never read"),
        "/sys/empty": Directory(),
        "$ ethtool eth0": b"Settings",
    }
)


def test_a_file_is_found_through_links() -> None:
    assert NIC.text("/sys/class/net/eth0/mtu") == "1500"
    assert NIC.integer("/sys/class/net/eth0/mtu") == 1500
    assert NIC.realpath("/sys/class/net/eth0/device/driver") == "/sys/bus/pci/drivers/e1000e"
    assert NIC.link_name("/sys/class/net/eth0/device/driver") == "e1000e"
    assert NIC.link("/sys/class/net/eth0/device") == "/sys/devices/pci0000:00/0000:00:03.0"
    assert NIC.names("/sys/class/net/eth0/device") == ("driver", "net", "vpd")


def test_what_is_there_and_what_is_not() -> None:
    assert NIC.is_directory("/sys/empty") and NIC.is_directory("/sys/class/net/eth0")
    assert not NIC.exists("/sys/class/net/eth1")
    assert NIC.read("/sys/class/net/eth0/device/vpd") is None
    assert NIC.why_unreadable("/sys/class/net/eth0/device/vpd") == "never read"
    assert NIC.why_unreadable("/sys/class/net/eth1") == "not in what was read"
    assert NIC.read("$ ethtool eth0") == b"Settings"
    assert list(NIC.unreadable()) == [("/sys/devices/pci0000:00/0000:00:03.0/vpd", "never read")]


LOOPS = Tree({"/a": Symlink("b"), "/b": Symlink("a"), "/d": Symlink("d/.."), "/e/f": Symlink("../e/f/g")})


@pytest.mark.parametrize("path", ["/a", "/b", "/d", "/e/f"])
def test_a_loop_is_left_as_it_is_and_cannot_be_read(path: str) -> None:
    """The kernel says ELOOP of such a path; it is never the root."""
    assert LOOPS.realpath(path) == path
    assert LOOPS.entry(path) == Unreadable("Too many levels of symbolic links")
    assert LOOPS.why_unreadable(path) == "Too many levels of symbolic links"


@pytest.mark.parametrize("path", ["/a/x", "/b/a/b", "/d/d", "/e/f/g"])
def test_nothing_lies_below_a_loop(path: str) -> None:
    assert LOOPS.realpath(path) == path and not LOOPS.exists(path)


names = st.sampled_from(["a", "b", "c"])
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
targets = st.lists(st.sampled_from(["a", "b", "c", "..", "."]), min_size=1, max_size=3).map("/".join)


@given(st.dictionaries(paths, st.one_of(st.just(b"x"), targets), max_size=6), paths)
@settings(max_examples=100, deadline=None)
def test_realpath_agrees_with_the_kernel(
    tmp_path_factory: pytest.TempPathFactory, made: dict[str, bytes | str], asked: str
) -> None:
    """Independent oracle: the kernel's walk over the same links. Paths that it cannot open have no answer, and of a
    loop it says ELOOP."""
    root = tmp_path_factory.mktemp("tree")
    entries: dict[str, Entry] = {}
    for path, content in made.items():
        place = root / path
        if any((root / part).is_symlink() or (root / part).is_file() for part in _prefixes(path)) or place.exists():
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            place.write_bytes(content)
            entries[f"/{path}"] = content
        elif not place.is_symlink():
            place.symlink_to(content)
            entries[f"/{path}"] = Symlink(content)
    target, number = _opened(root / asked)
    if target and target.is_relative_to(root):
        assert Tree(entries).realpath(f"/{asked}") == "/" + str(target.relative_to(root)).removeprefix(".")
    elif number == errno.ELOOP:
        assert Tree(entries).read(f"/{asked}") is None and not Tree(entries).is_directory(f"/{asked}")


def _opened(path: Path) -> tuple[Path | None, int]:
    """Where the kernel's own walk ends, or the error number with which it fails."""
    try:
        descriptor = os.open(path, os.O_PATH)
    except OSError as error:
        return None, error.errno or 0
    try:
        return Path(f"/proc/self/fd/{descriptor}").readlink(), 0
    finally:
        os.close(descriptor)


def _prefixes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts) - 1)]
