"""The test file: on a disk, full, and gone afterwards."""

import subprocess
from pathlib import Path

import pytest

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.facts.block import io_path
from perfadvisor.model.tree import Tree
from perfadvisor.targets.changing import journal, storage_file
from perfadvisor.targets.here.capture import capture


@pytest.fixture
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with journal.begin() as opened:
        yield opened


@pytest.fixture(scope="module")
def machine() -> Tree:
    return capture(io_path.PATTERNS)


def fill(size: int):
    return lambda name: Path(name).write_bytes(b"r" * size)


def test_a_file_is_made_full_and_removed(tmp_path, machine, book) -> None:
    where = storage_file.place(tmp_path, machine)
    file = storage_file.make(where, 1 << 20, book, fill(1 << 20))
    assert file.parent == tmp_path
    assert file.stat().st_mode & 0o777 == 0o600
    assert where.way.file_system
    book.close()
    assert not file.exists()


@pytest.mark.parametrize("written", [0, 1000])
def test_a_file_that_is_not_full_is_no_use(tmp_path, machine, book, written) -> None:
    with pytest.raises(MeasureError, match=f"{written} of 1048576 bytes"):
        storage_file.make(storage_file.place(tmp_path, machine), 1 << 20, book, fill(written))


def test_holes_are_not_data(tmp_path, machine, book) -> None:
    def hole(name: str) -> None:
        with Path(name).open("r+b") as file:
            file.truncate(1 << 20)

    with pytest.raises(MeasureError, match="bytes lie on the disk"):
        storage_file.make(storage_file.place(tmp_path, machine), 1 << 20, book, hole)


def test_no_room_is_said_with_the_figures(tmp_path, machine) -> None:
    with pytest.raises(InputError, match=r"GB free, the test file needs 1050000\.0 GB"):
        storage_file.require_room(storage_file.place(tmp_path, machine), 10**15)


def test_places_that_are_none(tmp_path, machine) -> None:
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(InputError, match="no such directory"):
            storage_file.place(place, machine)


def mounted_as(kind: str, directory: Path) -> Tree:
    return Tree({"/proc/self/mountinfo": f"1 0 0:5 / {directory} rw - {kind} x rw\n".encode()})


def test_memory_is_not_a_disk(tmp_path) -> None:
    with pytest.raises(InputError, match="is tmpfs: memory, not a disk") as caught:
        storage_file.place(tmp_path, mounted_as("tmpfs", tmp_path))
    assert "--dir" in caught.value.hint


@pytest.mark.parametrize(
    ("kind", "said"), [("overlay", "overlay"), ("nfs4", "NFS"), ("fuse.sshfs", "FUSE"), ("xfs", "")]
)
def test_what_a_reader_must_know_of_the_file_system(tmp_path, kind, said) -> None:
    note = storage_file.place(tmp_path, mounted_as(kind, tmp_path)).note
    assert note.startswith(said)
    assert bool(note) is bool(said)


def test_real_tmpfs(tmp_path) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(tmp_path)], capture_output=True).returncode:
        pytest.skip("mounting needs root")
    try:
        with pytest.raises(InputError, match="memory, not a disk"):
            storage_file.place(tmp_path, capture(io_path.PATTERNS))
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
