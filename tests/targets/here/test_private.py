"""Only what nobody else can write is believed."""

import ctypes
import errno
import os
import tempfile
from pathlib import Path

import pytest

from perfadvisor.targets.here import private

NOBODY = 65533


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("giving files away takes root")


def test_a_new_folder_is_closed_to_others(tmp_path) -> None:
    found = private.made(tmp_path / "a" / "b")
    assert found == tmp_path / "a" / "b"
    assert [path.stat().st_mode & 0o777 for path in (found, found.parent)] == [0o700, 0o700]


def test_links_are_resolved_once(tmp_path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert private.made(tmp_path / "link" / "x") == tmp_path / "real" / "x"


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o702])
def test_a_folder_that_others_write_to_is_none_of_ours(tmp_path, mode) -> None:
    place = tmp_path / "place"
    place.mkdir()
    place.chmod(mode)
    assert private.made(place) is None


def test_a_parent_that_others_write_to_may_be_swapped_unless_sticky(tmp_path) -> None:
    parent = tmp_path / "parent"
    parent.mkdir()
    parent.chmod(0o777)
    assert private.made(parent / "place") is None
    parent.chmod(0o1777)
    assert private.made(parent / "place") == parent / "place"


def test_the_group_of_the_same_number_is_ones_own(tmp_path, as_root) -> None:
    place = tmp_path / "place"
    place.mkdir()
    place.chmod(0o770)
    assert private.made(place) == place
    os.chown(place, 0, NOBODY)
    place.chmod(0o770)
    assert private.made(place) is None


def test_another_users_folder_is_refused_itself_and_above(tmp_path, as_root) -> None:
    parent = tmp_path / "parent"
    (parent / "place").mkdir(parents=True, mode=0o700)
    os.chown(parent, NOBODY, NOBODY)
    assert private.made(parent / "place") is None
    os.chown(parent, 0, 0)
    os.chown(parent / "place", NOBODY, NOBODY)
    assert private.made(parent / "place") is None


@pytest.mark.parametrize("mode", [0o755, 0o1777])
def test_nobodys_folder_is_another_users(tmp_path, as_root, mode) -> None:
    """65534 is a user like any other outside a user namespace: what lies below its folder can be exchanged by it."""
    parent = tmp_path / "parent"
    (parent / "place").mkdir(parents=True, mode=0o700)
    parent.chmod(mode)
    os.chown(parent, 65534, 65534)
    assert private.made(parent / "place") is None
    assert not private.may_be_obeyed(parent / "place")


INITIAL = "         0          0 4294967295\n"


@pytest.mark.parametrize(
    ("mapped", "believed"),
    [
        (INITIAL, False),
        ("0 1000 1\n", True),  # unshare --map-root-user
        ("1000 1000 1\n", True),  # unshare --map-current-user
        ("0 1000 1\n1 100000 65536\n", False),  # rootless podman: 65534 is a subordinate user
        ("0 1000 1\n1 100000 65533\n", True),
        ("0 1000 1\n65534 100000 1\n", False),
        ("0 1000 1\n65535 100000 1\n", True),
        ("1000 0 1\n", False),  # root is mapped to another number: its directories show that
        ("0 0 1\n", False),
        ("", False),
        ("nonsense\n", False),
    ],
)
def test_number_65534_is_root_only_where_root_has_no_number(tmp_path, monkeypatch, mapped, believed) -> None:
    (tmp_path / "uid_map").write_text(mapped)
    monkeypatch.setattr(private, "_UID_MAP", tmp_path / "uid_map")
    private._root_is_unmapped.cache_clear()
    assert private._root_is_unmapped() is believed
    private._root_is_unmapped.cache_clear()


@pytest.fixture
def home_of_nobody(as_root):
    """A home below directories that are root's and open to all; pytest's own are closed to other users."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        (Path(name) / "home").mkdir()
        os.chown(Path(name) / "home", NOBODY, NOBODY)
        yield Path(name) / "home"


def in_a_user_namespace(call) -> str:
    """What `call` returns in a process of NOBODY that is root in a user namespace of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            libc = ctypes.CDLL(None, use_errno=True)
            libc.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: its files in /proc are its own again
            refused = libc.unshare(0x10000000)  # CLONE_NEWUSER
            Path("/proc/self/uid_map").write_text(f"0 {NOBODY} 1\n")
            os.write(writing, b"no user namespaces" if refused else str(call()).encode())
        except OSError as error:
            os.write(writing, b"no user namespaces" if error.errno == errno.EROFS else repr(error).encode())
        except BaseException as error:
            os.write(writing, repr(error).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode()


def test_in_a_user_namespace_of_ones_own_a_private_place_is_found(home_of_nobody) -> None:
    """There / and /var belong to 65534, which stands for root outside."""
    private._root_is_unmapped.cache_clear()
    said = in_a_user_namespace(lambda: private.made(home_of_nobody / "x"))
    if said == "no user namespaces":
        pytest.skip(said)
    assert said == str(home_of_nobody / "x")


def test_what_is_no_folder_is_none(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    for path in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "loop", Path("/proc/nowhere/x")):
        assert private.made(path) is None


def test_a_relative_name_is_none(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert private.made(Path("~/state")) is None
    assert not list(tmp_path.iterdir())


def test_a_link_itself_is_not_private(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to("file")
    assert private.is_private(tmp_path / "file")
    assert not private.is_private(tmp_path / "link")


@pytest.mark.parametrize("owner", [1, NOBODY])
def test_what_a_system_user_owns_or_could_replace_is_not_obeyed(tmp_path, as_root, owner) -> None:
    place, file = tmp_path / "place", tmp_path / "place" / "file"
    place.mkdir(mode=0o700)
    file.touch(mode=0o600)
    assert private.may_be_obeyed(file)
    for one in (file, place):
        os.chown(one, owner, owner)
        assert not private.may_be_obeyed(file)
        os.chown(one, 0, 0)


def test_a_new_folder_gets_all_of_its_parents(tmp_path) -> None:
    assert private.made(tmp_path / "a" / "b" / "c" / "d") == tmp_path / "a" / "b" / "c" / "d"
