"""Mount tables, and this machine's own against findmnt(8)."""

import json
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.facts.block import mount
from perfadvisor.facts.reading import mountinfo
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Tree
from perfadvisor.targets.here.capture import capture

TEXT = r"""22 29 0:21 / /proc rw,nosuid shared:5 - proc proc rw
29 1 8:2 / / rw,relatime shared:1 master:2 - ext4 /dev/sda2 rw,errors=remount-ro
30 29 0:44 / /mnt/with\040blank\134 rw - nfs4 server:/share\040x rw,vers=4.2
31 29 8:3 / /data rw - xfs /dev/sdb1 rw
32 29 0:50 / /data rw - tmpfs tmpfs rw,size=1k
a line that is none
"""


@pytest.fixture
def table() -> FactTable:
    disk = {"/sys/block/sda/dev": b"8:0\n", "/sys/block/sda/sda2/dev": b"8:2\n"}
    return FactTable(mount.facts(Tree({mountinfo.PATH: TEXT.encode(), **disk})))


@pytest.mark.parametrize(
    ("name", "point", "value"),
    [
        ("file_system", "/", "ext4"),
        ("device", "/", "sda"),
        ("options", "/", "rw,relatime,rw,errors=remount-ro"),
        ("device", "/proc", None),
        ("file_system", "/mnt/with blank\\", "nfs4"),
        ("source", "/mnt/with blank\\", "server:/share x"),
        ("file_system", "/data", "tmpfs"),
    ],
)
def test_facts(table: FactTable, name: str, point: str, value: object) -> None:
    assert table.value(f"mount.{name}", point) == value


def test_the_older_list_without_numbers() -> None:
    entries = {mount.MOUNTS: b"/dev/sda2 / ext4 rw 0 0\n", "/sys/block/sda/sda2/dev": b"8:2\n"}
    found = FactTable(mount.facts(Tree(entries)))
    assert found.value("mount.device", "/") == "sda"


@given(st.binary(max_size=2000))
@settings(max_examples=100, deadline=None)
def test_any_bytes(data: bytes) -> None:
    list(mount.facts(Tree({mountinfo.PATH: data})))
    list(mount.facts(Tree({mount.MOUNTS: data})))


@pytest.mark.skipif(not shutil.which("findmnt"), reason="findmnt is not installed")
def test_agrees_with_findmnt_on_this_machine() -> None:
    """Independent oracle: findmnt's list of the same table; `-v` without the root of a bind mount."""
    before = listed()
    found = FactTable(mount.facts(capture(mount.PATTERNS)))
    after = listed()
    lasting = {
        point: row for point, row in before.items() if after.get(point) == row
    }  # others may be mounting just now
    assert "/" in lasting
    for point, row in lasting.items():
        assert found.value("mount.file_system", point) == row["fstype"]
        assert found.value("mount.source", point) == row["source"]


def listed() -> dict[str, dict[str, str]]:
    argv = ["findmnt", "-J", "-l", "-v", "-o", "TARGET,FSTYPE,SOURCE"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    return {row["target"]: row for row in json.loads(done.stdout)["filesystems"]}
