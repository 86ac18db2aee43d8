"""Users of a device are seen, or it is said that they cannot be."""

import mmap
import os
import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor.targets.raw import users

ALL = f"{(1 << 41) - 1:x}"


def a_proc(path: Path, *, capabilities: str = ALL) -> Path:
    """A /proc that says of this process what it should."""
    (path / "self" / "ns").mkdir(parents=True)
    for name in users.FIRST_NAMESPACES:
        (path / "self" / "ns" / name).symlink_to(f"/proc/self/ns/{name}")
    (path / "self" / "status").write_text(f"Name:\tx\nCapEff:\t{capabilities}\n")
    return path


@pytest.fixture
def here_first(monkeypatch) -> None:
    """This machine's namespaces taken for the first ones, also where the tests run in a container."""
    numbers = {name: Path(f"/proc/self/ns/{name}").stat().st_ino for name in users.FIRST_NAMESPACES}
    monkeypatch.setattr(users, "FIRST_NAMESPACES", numbers)


def test_all_can_be_seen_with_the_capability(tmp_path, here_first) -> None:
    assert users.blindness(a_proc(tmp_path)) == ""


@pytest.mark.parametrize("capabilities", ["0", f"{((1 << 41) - 1) ^ (1 << 19):x}", f"{1 << 18:x}", f"{1 << 20:x}"])
def test_without_ptrace_they_cannot(tmp_path, here_first, capabilities) -> None:
    assert users.blindness(a_proc(tmp_path, capabilities=capabilities)) == "this user lacks CAP_SYS_PTRACE"


@pytest.mark.parametrize(("name", "words"), [("pid", "PID"), ("user", "user")])
def test_in_another_namespace_they_cannot(tmp_path, here_first, monkeypatch, name, words) -> None:
    monkeypatch.setitem(users.FIRST_NAMESPACES, name, 1)
    assert users.blindness(a_proc(tmp_path)) == f"this is not the host's first {words} namespace"


def test_without_proc_they_cannot(tmp_path) -> None:
    assert users.blindness(tmp_path) == "the PID namespace is unknown (No such file or directory)"


@pytest.mark.parametrize("options", [["--pid", "--fork", "--mount-proc"], ["--user", "--map-root-user"]])
def test_a_real_namespace_is_seen(options) -> None:
    code = "from perfadvisor.targets.raw import users; print(users.blindness(users.PROC))"
    done = subprocess.run(["unshare", *options, sys.executable, "-c", code], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no namespaces here: {done.stderr.strip()}")
    assert "namespace" in done.stdout


def test_an_open_descriptor_and_a_mapping_are_seen(disk, all_seen) -> None:
    number = Path(disk).stat().st_rdev
    me = f"in use by process {os.getpid()} "
    descriptor = os.open(disk, os.O_RDONLY)
    assert [word for word in users.users({number}, users.PROC) if word.startswith(me)]
    mapped = mmap.mmap(descriptor, 4096, prot=mmap.PROT_READ)
    os.close(descriptor)
    assert [word for word in users.users({number}, users.PROC) if word.startswith(me)]
    mapped.close()
    assert list(users.users({number}, users.PROC)) == []


def test_a_process_that_cannot_be_looked_at_is_said(tmp_path) -> None:
    """As another user sees root's: its directory of descriptors is closed."""
    (tmp_path / "42").mkdir()
    (tmp_path / "42" / "fd").write_text("")
    assert list(users.users({1}, tmp_path)) == [
        "process 42 could be using it, and cannot be looked at: Not a directory"
    ]


@pytest.mark.parametrize(("kind", "told"), [("fuse", False), ("fuse.sshfs", False), ("fuseblk", False), ("ext4", True)])
def test_a_file_of_somebody_elses_fuse_is_no_device(tmp_path, monkeypatch, kind, told) -> None:
    """Such a file system answers nobody but its owner, root neither."""
    process = tmp_path / "42"
    for folder in ("fd", "fdinfo", "map_files"):
        (process / folder).mkdir(parents=True)
    (process / "fd" / "3").write_text("")
    (process / "fdinfo" / "3").write_text("pos:\t0\nflags:\t0100000\nmnt_id:\t29\n")
    (process / "mountinfo").write_text(
        f"28 1 0:27 / / rw - ext4 /dev/sda1 rw\n29 28 0:41 / /mnt rw,nosuid shared:5 - {kind} x rw\n"
    )

    def refused(_path: Path) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(users, "_number", refused)
    said = ["process 42 could be using it, and cannot be looked at: Permission denied"]
    assert list(users.users({1}, tmp_path)) == (said if told else [])


def test_another_user_sees_that_it_cannot_see(disk) -> None:
    if os.geteuid():
        pytest.skip("becoming another user takes root")
    number = Path(disk).stat().st_rdev
    code = (
        "import os, sys; from perfadvisor.targets.raw import users; os.setgid(65533); os.setuid(65533)\n"
        f"print(users.blindness(users.PROC)); print(next(users.users({{{number}}}, users.PROC)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    blind, first = done.stdout.splitlines()
    assert blind in ("this user lacks CAP_SYS_PTRACE", "this is not the host's first PID namespace")
    assert first.endswith("cannot be looked at: Permission denied")


def test_a_process_that_ended_meanwhile_is_no_reason(tmp_path) -> None:
    (tmp_path / "42").mkdir()
    assert list(users.users({1}, tmp_path)) == []


def test_parts_of_the_kernel_are_seen_by_their_path(disk, tmp_path) -> None:
    numbers = {Path(disk).stat().st_rdev}
    files = {"nvmet/subsystems/a/namespaces/1/device_path": disk, "target/core/iblock_0/x/udev_path": "-"}
    for file, path in files.items():
        place = tmp_path / "kernel/config" / file
        place.parent.mkdir(parents=True)
        place.write_text(f"{path}\n")
    (said,) = users.kernel_users(numbers, tmp_path)
    assert said == "in use by an NVMe target (kernel/config/nvmet/subsystems/a/namespaces/1/device_path)"


def test_a_claim_is_said(disk) -> None:
    assert list(users.claim(disk)) == []
    holder = os.open(disk, os.O_RDWR | os.O_EXCL)
    assert list(users.claim(disk)) == ["cannot be opened exclusively: Device or resource busy"]
    os.close(holder)
