"""Only what nobody else can write is believed."""

import os
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
