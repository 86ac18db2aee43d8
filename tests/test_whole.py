"""Files that are there whole or not at all, under one name."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor import whole

KILLED = """
import os, signal, sys
from pathlib import Path
from perfadvisor import whole
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
whole.write_whole(Path(sys.argv[1]), b"new")
"""


@pytest.mark.parametrize("before", [None, b"old"])
def test_killed_before_the_end_nothing_is_left_and_nothing_lost(tmp_path: Path, before: bytes | None) -> None:
    file = tmp_path / "x"
    if before is not None:
        file.write_bytes(before)
    assert subprocess.run([sys.executable, "-c", KILLED, str(file)]).returncode == -9
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == ({"x": before} if before else {})


@pytest.fixture(params=[True, False])
def nameless(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With files that have no name, and on a file system without them."""
    if not request.param:
        real = os.open

        def refused(path: object, flags: int, *more: int) -> int:
            if flags & os.O_TMPFILE == os.O_TMPFILE:
                raise OSError(errno.EOPNOTSUPP, "not supported")
            return real(path, flags, *more)  # type: ignore[call-overload]

        monkeypatch.setattr(os, "open", refused)


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_new_and_replaced(tmp_path: Path, nameless: None, mode: int) -> None:
    file = tmp_path / "x"
    for data in (b"one", b"two and more"):
        whole.write_whole(file, data, mode)
        assert (file.read_bytes(), file.stat().st_mode & 0o777) == (data, mode)
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path, nameless: None, monkeypatch) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"old")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left") as error:
        whole.write_whole(file, b"new")
    assert error.value.filename == str(file)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"x": b"old"}


def test_a_directory_in_its_place_is_an_error_that_names_it(tmp_path: Path, nameless: None) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(OSError) as error:
        whole.write_whole(tmp_path / "x", b"new")
    assert error.value.filename == str(tmp_path / "x")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
