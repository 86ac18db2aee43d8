"""Zip archives and directories from strangers: nothing climbs out, nothing is endless, what is broken is one error."""

import gzip
import io
import random
import resource
import zipfile
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.saved import foreign, given
from perfadvisor.saved.saved import load


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def read(tmp_path: Path, data: bytes, name: str = "x.zip"):
    (tmp_path / name).write_bytes(data)
    return given.given(tmp_path / name)


def test_a_zip_of_outputs_is_read(tmp_path: Path) -> None:
    assert [data for _, data in read(tmp_path, zipped({"a/uname": b"Linux h 6.1\n"})).files] == [b"Linux h 6.1\n"]


def test_members_without_a_name_are_passed_over(tmp_path: Path) -> None:
    """In a damaged directory of the archive, the first one's name is taken for an extra field."""
    data = zipped({"x": b"1", "./": b"", "uname": b"Linux h 6.1\n"})
    at = data.index(b"PK\x01\x02") + len("PK__") + 24  # the lengths of name and extra field
    nameless = data[:at] + b"\0\0\1\0" + data[at + 4 :]
    assert [found for _, found in read(tmp_path, nameless).files] == [b"Linux h 6.1\n"]


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/../x"])
def test_a_name_that_climbs_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="climbs out"):
        read(tmp_path, zipped({name: b"x"}))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_broken_zip_is_one_error(tmp_path: Path, method: int) -> None:
    sound = zipped({"uname": bytes(range(256)) * 8, "\N{SNOWMAN}": b"x" * 300}, method)
    dice = random.Random(method)
    refused = 0
    for _ in range(300):
        data = bytearray(sound)
        for _ in range(dice.choice((1, 1, 3))):
            data[dice.randrange(4, len(data))] = dice.randrange(256)
        try:
            read(tmp_path, bytes(data))
        except InputError:
            refused += 1
    assert refused


def test_a_zip_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given, "MAX_TOTAL_BYTES", 1 << 20)
    bomb = zipped({name: bytes(400_000) for name in "abc"})
    assert len(bomb) < 10_000
    with pytest.raises(InputError, match="unpacks to more than"):
        read(tmp_path, bomb)


def test_a_list_of_members_without_end_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """It packs a thousand to one, and each member that is listed takes a kilobyte of memory."""
    sound = zipped({"a": b""}, zipfile.ZIP_STORED)
    at = sound.index(given.ENTRY_IN_ZIP)
    end = sound.index(b"PK\x05\x06")
    count = given.MOST_IN_ZIP + 1
    listed = sound[at:end] * count
    tail = bytearray(sound[end:])
    tail[12:16] = len(listed).to_bytes(4, "little")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match="more than 100000 members"):
        read(tmp_path, gzip.compress(sound[:at] + listed + tail), "x.gz")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # KiB


def test_a_directory_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "MAX_TOTAL_BYTES", 1 << 20)
    (tmp_path / "proc").mkdir()
    for name in "ab":
        with (tmp_path / "proc" / name).open("wb") as file:
            file.truncate(1 << 20)
    for reader in (given.given, load):
        with pytest.raises(InputError, match="unpacks to more than"):
            reader(tmp_path)
