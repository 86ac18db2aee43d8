"""The doctor's screen fits the terminal."""

import pytest

from perfadvisor.cli import doctor


@pytest.mark.parametrize("columns", [20, 80, 200])
def test_long_complaints_of_other_programs_are_wrapped(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = doctor.wrapped("Cannot connect\x1b[31m to the daemon at unix:///var/run/docker.sock. " * 9)
    assert 1 < len(lines) <= doctor.MOST_LINES
    assert lines[-1].endswith("...")
    assert all(len(line) <= max(30, min(100, columns - doctor.INDENT)) and line.isprintable() for line in lines)


def test_a_detail_that_is_empty_still_has_its_line() -> None:
    assert doctor.wrapped("") == [""]
