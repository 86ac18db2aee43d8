"""The doctor's screen fits the terminal."""

from pathlib import Path
from threading import Barrier

import pytest

from perfadvisor.cli import doctor
from perfadvisor.doctor import environments, measuring, reading
from perfadvisor.doctor.measuring import reservation


@pytest.mark.parametrize("columns", [20, 80, 200])
def test_long_complaints_of_other_programs_are_wrapped(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = doctor.wrapped("Cannot connect\x1b[31m to the daemon at unix:///var/run/docker.sock. " * 9)
    assert 1 < len(lines) <= doctor.MOST_LINES
    assert lines[-1].endswith("...")
    assert all(len(line) <= max(30, min(100, columns - doctor.INDENT)) and line.isprintable() for line in lines)


def test_a_detail_that_is_empty_still_has_its_line() -> None:
    assert doctor.wrapped("") == [""]


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (b'{"ServerVersion": "24.0.7"}', "24.0.7"),
        (b'{"host": {"ociRuntime": {"name": "crun"}}}', "crun"),  # podman, also behind the name docker
        (b'{"ServerErrors": ["Cannot connect"]}', ""),
        (b"template: inspect:1:2: executing", ""),
        (b"[]", ""),
    ],
)
def test_what_answered_is_named_whoever_it_is(answer: bytes, name: str) -> None:
    assert environments._engine_name(answer) == name


def test_asking_for_an_engine_leaves_nothing_in_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    engine = tmp_path / "podman"
    engine.write_text('#!/bin/sh\nmkdir -p "$HOME/state" && echo \'{"host": {"ociRuntime": {"name": "crun"}}}\'\n')
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(environments.os, "geteuid", lambda: 1000)
    assert environments._engine("podman", "podman", "").detail == "answers (crun)"
    assert not (tmp_path / "home").exists()


def test_the_areas_are_asked_side_by_side_and_told_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    together = Barrier(3)

    def answers(word: str):
        def checks(*_: object) -> list[str]:
            together.wait(timeout=10)
            return [word]

        return checks

    for area in (measuring, reading, environments):
        monkeypatch.setattr(area, "checks", answers(area.AREA))
    assert list(doctor.checks(tmp_path)) == [measuring.AREA, reading.AREA, environments.AREA]


@pytest.mark.parametrize(
    ("page", "available", "command"),
    [
        ("2048 kB", "16000000 kB", "sysctl vm.nr_hugepages=384"),  # three arrays of 256 MiB
        ("524288 kB", "16000000 kB", "sysctl vm.nr_hugepages=2"),  # arm64 with pages of 64 KiB
        ("2048 kB", "409600 kB", "sysctl vm.nr_hugepages=100"),  # half of what is available
        ("1048576 kB", "1048576 kB", ""),
        ("", "16000000 kB", ""),
    ],
)
def test_the_huge_pages_to_reserve_are_those_of_this_machine(page: str, available: str, command: str) -> None:
    assert reservation(f"MemAvailable:   {available}\nHugepagesize:   {page}\n") == command
