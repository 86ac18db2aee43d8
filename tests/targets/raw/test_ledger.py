"""A device is our own only while it holds what our run left, by the record of this user."""

import os
import secrets
from pathlib import Path

import pytest

from perfadvisor.targets.changing import journal
from perfadvisor.targets.raw import content, ledger

SIZE = 4 << 20


@pytest.fixture
def device(tmp_path, monkeypatch) -> str:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "device").write_bytes(secrets.token_bytes(SIZE))
    return str(tmp_path / "device")


def ours(device: str, size: int = SIZE) -> bool:
    descriptor = os.open(device, os.O_RDONLY)
    try:
        return ledger.is_ours(descriptor, size)
    finally:
        os.close(descriptor)


def records() -> list[Path]:
    return sorted((journal.state_directory() / "devices").glob("*.json"))


def test_what_we_left_is_known_again(device) -> None:
    assert not ours(device)
    ledger.mark(device, SIZE)
    assert ours(device)
    (record,) = records()
    assert [path.stat().st_mode & 0o777 for path in (record, record.parent)] == [0o600, 0o700]
    assert record.stem.encode() in Path(device).read_bytes()[:4096]


@pytest.mark.parametrize("at", [0, 43, 43 + 31, 4095, 4096, SIZE // 2, SIZE - 1])
def test_one_other_byte_makes_it_somebody_elses(device, at) -> None:
    ledger.mark(device, SIZE)
    with Path(device).open("r+b") as file:
        file.seek(at)
        was = file.read(1)
        file.seek(at)
        file.write(bytes([was[0] ^ 1]))
    assert not ours(device)


def test_another_size_another_user_and_a_lost_record_are_somebody_elses(device, tmp_path, monkeypatch) -> None:
    ledger.mark(device, SIZE)
    assert not ours(device, SIZE - 4096)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    assert not ours(device)


@pytest.mark.parametrize("text", ["", "{}", "[]", "{", '{"size_bytes": 1, "seed": 2, "digest": "x", "more": 1}'])
def test_a_broken_record_is_none(device, text) -> None:
    ledger.mark(device, SIZE)
    records()[0].write_text(text)
    assert not ours(device)


def test_a_record_that_others_can_write_is_none(device) -> None:
    ledger.mark(device, SIZE)
    records()[0].chmod(0o666)
    assert not ours(device)


def test_a_mark_leads_nowhere_else(device) -> None:
    """Whoever writes a mark of their own chooses the name of a file: only 32 letters and digits are one."""
    for number in (b"../../../../etc/passwd".ljust(32, b"/"), b"x" * 31, b"\xff" * 32, b""):
        with Path(device).open("r+b") as file:
            file.write((ledger.MARK + number).ljust(4096, b"\n"))
        assert not ours(device)


def test_marking_again_leaves_one_record(device) -> None:
    ledger.mark(device, SIZE)
    ledger.mark(device, SIZE)
    assert len(records()) == 1
    assert ours(device)


def test_a_large_device_is_noted_by_its_sampled_regions(device, monkeypatch) -> None:
    monkeypatch.setattr(content, "WHOLE_BYTES", 1 << 20)
    monkeypatch.setattr(content, "END_BYTES", 64 << 10)
    monkeypatch.setattr(content, "SAMPLES", 7)
    ledger.mark(device, SIZE)
    assert ours(device)


def test_a_device_without_room_for_a_mark_gets_none(tmp_path) -> None:
    (tmp_path / "tiny").write_bytes(b"x" * 512)
    ledger.mark(str(tmp_path / "tiny"), 512)
    assert (tmp_path / "tiny").read_bytes() == b"x" * 512


def test_the_mark_and_its_record_reach_the_disk_and_nothing_stays_open(device, monkeypatch) -> None:
    synced = {}
    real, opened = os.fsync, len(list(Path("/proc/self/fd").iterdir()))

    def fsync(descriptor: int) -> None:
        synced[str(Path(f"/proc/self/fd/{descriptor}").readlink())] = os.fstat(descriptor).st_size
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    ledger.mark(device, SIZE)
    (record,) = records()
    assert synced == {device: SIZE, str(record): record.stat().st_size}
    assert len(list(Path("/proc/self/fd").iterdir())) == opened


@pytest.mark.parametrize(("size", "marked"), [(ledger.MARK_BYTES - 1, False), (ledger.MARK_BYTES, True)])
def test_a_device_without_room_for_the_mark_gets_none(device, size: int, marked: bool) -> None:
    os.truncate(device, size)
    ledger.mark(device, size)
    assert ours(device, size) is marked
    assert len(records()) == marked


def test_a_mark_whose_record_is_lost_is_replaced(device) -> None:
    ledger.mark(device, SIZE)
    records()[0].unlink()
    ledger.mark(device, SIZE)
    assert ours(device)
