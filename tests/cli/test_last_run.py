import os
from pathlib import Path

import click
import pytest

from perfadvisor.cli.last_run import given_or_last


def run(place: Path, name: str, time: int) -> None:
    (place / name).mkdir()
    (place / name / "run.json").write_text("{}")
    os.utime(place / name / "run.json", (time, time))


def test_what_is_given_counts(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(tmp_path, "a", 1)
    assert given_or_last((Path("x"),)) == (Path("x"),)


def test_else_the_newest_run_here(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    for name, time in (("old", 10), ("new", 30), ("middle", 20)):
        run(tmp_path, name, time)
    assert given_or_last(()) == (Path("new"),)
    assert "newest run here is new" in capsys.readouterr().err


def test_without_any_it_is_a_usage_error(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with click.Context(click.Command("x")), pytest.raises(click.UsageError, match="no run in this directory"):
        given_or_last(())


def test_a_name_cannot_steer_the_terminal(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    run(tmp_path, "new\a\x1b[2J", 1)
    given_or_last(())
    assert capsys.readouterr().err.removesuffix("\n").isprintable()
