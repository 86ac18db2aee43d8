"""Reading by patterns: links kept, files under their real path, nothing dangerous opened."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.model.tree import Directory, Symlink, Tree, Unreadable
from perfadvisor.targets.here import walk as module
from perfadvisor.targets.here.forbidden import why_not_opened
from perfadvisor.targets.here.walk import Walk, read_file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine of two PCI functions, one asleep, in the layout of sysfs."""
    for address, status in (("0000:00:01.0", "active"), ("0000:00:02.0", "suspended")):
        device = tmp_path / "sys/devices/pci0000:00" / address
        (device / "power").mkdir(parents=True)
        (device / "power/runtime_status").write_text(f"{status}\n")
        (device / "config").write_bytes(bytes(range(64)))
        (device / "vendor").write_bytes(b"0x8086\0\n")
        (device / "rom").write_text("firmware")
        (device / "resource0").write_text("registers")
        (device / "driver").symlink_to("../../../bus/pci/drivers/nvme")
        link = tmp_path / "sys/bus/pci/devices" / address
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"../../../devices/pci0000:00/{address}")
    (tmp_path / "sys/bus/pci/drivers/nvme").mkdir(parents=True)
    return tmp_path


def read(root: Path, *patterns: str) -> Tree:
    walk = Walk(str(root))
    for pattern in patterns:
        walk.read(pattern)
    return Tree(walk.entries)


def test_links_are_kept_and_files_lie_under_their_real_path(root: Path) -> None:
    tree = read(root, "/sys/bus/pci/devices/*/vendor", "/sys/bus/pci/devices/*/driver")
    entries = dict(tree.items())
    assert entries["/sys/bus/pci/devices/0000:00:01.0"] == Symlink("../../../devices/pci0000:00/0000:00:01.0")
    assert entries["/sys/devices/pci0000:00/0000:00:01.0/vendor"] == b"0x8086\0\n"
    assert "/sys/bus/pci/devices/0000:00:01.0/vendor" not in entries
    assert tree.text("/sys/bus/pci/devices/0000:00:01.0/vendor") == "0x8086"
    assert tree.link_name("/sys/bus/pci/devices/0000:00:01.0/driver") == "nvme"


def test_a_sleeping_device_is_not_woken(root: Path) -> None:
    tree = read(root, "/sys/bus/pci/devices/*/config")
    assert tree.read("/sys/bus/pci/devices/0000:00:01.0/config") == bytes(range(64))
    assert tree.read("/sys/bus/pci/devices/0000:00:02.0/config") is None
    assert "suspended" in tree.why_unreadable("/sys/bus/pci/devices/0000:00:02.0/config")


def test_dangerous_attributes_are_never_opened(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(module, "read_file", lambda path: opened.append(path) or b"")
    tree = read(root, "/sys/bus/pci/devices/*/*")
    assert opened
    assert not [path for path in opened if path.endswith(("/rom", "/resource0"))]
    assert isinstance(tree.entry("/sys/bus/pci/devices/0000:00:01.0/rom"), Unreadable)


@pytest.mark.parametrize(
    "name", ["resource0", "resource2_wc", "rom", "vpd", "reset", "remove", "rescan", "new_id", "unbind"]
)
def test_names_that_are_never_opened(name: str) -> None:
    assert why_not_opened(f"/sys/devices/x/{name}", stat.S_IFREG)
    assert not why_not_opened("/sys/devices/x/reset_method", stat.S_IFREG)
    # sizes of memory windows as text, from the kernel's memory (pci-sysfs.c, resource_show)
    assert not why_not_opened("/sys/devices/x/resource", stat.S_IFREG)


def test_a_fifo_is_not_opened_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read(tmp_path, "/pipe").why_unreadable("/pipe") == "not a regular file"


def test_a_link_to_a_file_is_kept_and_the_file_read(tmp_path: Path) -> None:
    (tmp_path / "self").mkdir()
    (tmp_path / "self/mounts").write_text("proc /proc")
    (tmp_path / "mounts").symlink_to("self/mounts")
    tree = read(tmp_path, "/mounts")
    assert tree.text("/mounts") == "proc /proc"
    assert tree.link_name("/mounts") == "mounts"


def test_loops_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert read(tmp_path, "/a/x", "/a", "/*").read("/a/x") is None


def test_links_with_absolute_targets_stay_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/hostname").write_text("inside")
    (tmp_path / "name").symlink_to("/etc/hostname")
    assert read(tmp_path, "/name").text("/name") == "inside"


def test_what_cannot_be_read_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")

    def refuse(path: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "read_file", refuse)
    assert read(tmp_path, "/file").why_unreadable("/file") == "Permission denied"


def test_what_is_not_there_is_not_in_the_tree(tmp_path: Path) -> None:
    tree = read(tmp_path, "/nothing", "/no*/where")
    assert not tree.exists("/nothing")


def test_an_empty_directory_is_kept(tmp_path: Path) -> None:
    (tmp_path / "class/net").mkdir(parents=True)
    assert dict(read(tmp_path, "/class/net").items())["/class/net"] == Directory()


def test_a_file_over_the_limit_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 100)
    assert read_file(str(tmp_path / "large"), limit=100) == b"x" * 100
    assert isinstance(read_file(str(tmp_path / "large"), limit=99), Unreadable)


@given(st.text(alphabet="ab*?[]./!-", max_size=20))
@settings(max_examples=100, deadline=None)
def test_any_pattern_ends(tmp_path_factory: pytest.TempPathFactory, pattern: str) -> None:
    Walk(str(tmp_path_factory.getbasetemp())).read("/" + pattern)


@pytest.mark.skipif(not Path("/sys/class/net").is_dir(), reason="no sysfs here")
def test_agrees_with_find_and_cat() -> None:
    """Independent oracle: find(1) without following links, and cat(1), on this machine's own sysfs."""
    tree = read(Path("/"), "/sys/devices/system/node/*/distance", "/sys/class/net/*/mtu")
    shell = "for f in /sys/devices/system/node/*/distance /sys/class/net/*/mtu; do readlink -f $f; cat $f; done"
    found = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True).stdout.splitlines()
    expected = dict(zip(found[::2], found[1::2], strict=True))
    ours = {path: entry.decode().strip() for path, entry in tree.items() if isinstance(entry, bytes)}
    assert ours == expected
