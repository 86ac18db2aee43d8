"""JSON that is nested without end, or holds other things than it should: what reads it says so, and goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from perfadvisor.doctor import environments
from perfadvisor.errors import InputError
from perfadvisor.gating.calibration_file import read_floors
from perfadvisor.model.tree import Tree
from perfadvisor.settings import reading, virtual_functions
from perfadvisor.store import gains
from perfadvisor.targets.agent.json_socket import JsonSocket
from perfadvisor.targets.changing import journal
from perfadvisor.targets.raw import ledger

DEEP = "[" * 100_000


def _file(folder: Path, text: str) -> Path:
    folder.chmod(0o700)
    (folder / "file").write_text(f"{text}\n")
    (folder / "file").chmod(0o600)
    return folder / "file"


READERS: dict[str, Callable[[Path, pytest.MonkeyPatch], object]] = {
    "netlink": lambda *_: reading.netlink(Tree({"netlink:x": DEEP.encode()}), "netlink:x"),
    "virtual functions": lambda *_: virtual_functions._value(DEEP, "eth0/0", key="trust"),
    "container engine": lambda *_: environments._engine_name(DEEP.encode()) or None,
    "guest agent": lambda *_: JsonSocket._parsed(None, DEEP.encode()) or None,  # type: ignore[arg-type]
    "journal": lambda folder, _: journal.read(_file(folder, DEEP)).open or None,
    "gains": lambda folder, _: list(gains._read(_file(folder, DEEP))) or None,
}


@pytest.mark.parametrize("name", READERS)
def test_nesting_without_end_is_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert READERS[name](tmp_path, monkeypatch) is None


def test_a_device_noted_so_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_file", lambda _number: _file(tmp_path, DEEP))
    monkeypatch.setattr(ledger.private, "is_private", lambda _path: True)
    assert ledger._noted("7:1") is None


def test_a_calibration_of_it_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not JSON"):
        read_floors(_file(tmp_path, DEEP))


@pytest.mark.parametrize(
    "text", ["5", "{}", "[5]", '[{"ifname": "eth0", "vfs": 7}]', '[{"ifname": "eth0", "vfs": [7, {"vf": []}]}]', "x"]
)
def test_virtual_functions_that_are_none_are_left_out(text: str) -> None:
    assert virtual_functions._value(text, "eth0/0", key="trust") is None
    assert isinstance(virtual_functions._with(text, "eth0/0", "on", key="trust"), str)
