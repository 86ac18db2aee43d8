"""Gains in a local file: appended, read back, exported without names, damage left out."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from perfadvisor.store import gains
from perfadvisor.store.gains import Gain

ONE = Gain(
    rule="r",
    subject="nvme0n1",
    answer="helps",
    metric="m",
    ratio=1.3,
    low=1.2,
    high=1.4,
    pairs=8,
    when="2026-11-28",
    kernel="6",
    version="0",
    host="secret",
)


@pytest.fixture(autouse=True)
def _place(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def test_what_was_added_is_read_back_and_only_the_user_can_read_it() -> None:
    gains.add([ONE])
    gains.add([replace(ONE, rule="s")])
    assert [one.rule for one in gains.load(Path())] == ["r", "s"]
    assert gains.place().stat().st_mode & 0o077 == 0


def test_damaged_lines_are_left_out() -> None:
    gains.add([ONE])
    with gains.place().open("a") as file:
        file.write('{"rule": 1}\nnull\n[]\n{"rule": "x", "ratio": "1"}\nno json\n')
        file.write(json.dumps({**json.loads(gains.exported([ONE])), "ratio": 0.0}) + "\n")
    assert gains.load(Path()) == (ONE,)


def test_an_export_holds_no_name_of_the_machine_or_its_devices() -> None:
    text = gains.exported([ONE])
    assert "secret" not in text and "nvme0n1" not in text
    assert json.loads(text)["ratio"] == 1.3


def test_without_a_file_nothing_is_known() -> None:
    assert gains.load(Path("/nonexistent")) == ()
