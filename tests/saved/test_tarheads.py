"""The small reader of plain tars says what `tarfile` says, of whole archives and of damaged ones."""

import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perfadvisor.errors import InputError
from perfadvisor.saved import archive, tarheads

NAMES = st.text(alphabet="abc/ü.", min_size=1, max_size=200).map(lambda name: f"sys/{name.replace('..', '.')}x")
KINDS = st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
MEMBERS = st.lists(st.tuples(NAMES, KINDS, st.binary(max_size=700), NAMES), max_size=5)
FORMATS = st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
TRIES = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def packed(members, form: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as tar:
        for name, kind, data, target in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(data) if kind == tarfile.REGTYPE else 0, target
            try:
                tar.addfile(info, io.BytesIO(data))
            except ValueError:  # too long a name for this format
                continue
    return buffer.getvalue()


def outcome(data: bytes, path: Path, *, plain: bool) -> object:
    path.write_bytes(data)
    try:
        with pytest.MonkeyPatch.context() as patch:
            if not plain:
                patch.setattr(archive, "heads", lambda stream: unusual())
            return list(archive.members(path))
    except InputError:
        return "refused"


def unusual():
    raise tarheads.UnusualError
    yield


@TRIES
@given(MEMBERS, FORMATS)
def test_whole_archives(tmp_path: Path, members, form: int) -> None:
    data = packed(members, form)
    assert outcome(data, tmp_path / "a.tar", plain=True) == outcome(data, tmp_path / "a.tar", plain=False)


@TRIES
@given(
    MEMBERS, FORMATS, st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=3), st.integers(0, 9000)
)
def test_damaged_archives(tmp_path: Path, members, form: int, changes, length: int) -> None:
    data = bytearray(packed(members, form))
    for place, byte in changes:
        data[min(place, len(data) - 1)] = byte
    cut = bytes(data[:length]) if length % 3 == 0 else bytes(data)
    assert outcome(cut, tmp_path / "a.tar", plain=True) == outcome(cut, tmp_path / "a.tar", plain=False)


def test_our_snapshots_need_no_tarfile(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(
        packed([(f"sys/{'d' * 180}/{i}", tarfile.REGTYPE, b"x" * i, "") for i in range(50)], tarfile.PAX_FORMAT)
    )
    monkeypatch.setattr(archive.tarfile, "open", None)
    assert len(dict(archive.members(path))) == 50
