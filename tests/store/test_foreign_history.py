"""A history that another person made is data: what it holds otherwise than we write it is refused in a line."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli import group
from perfadvisor.errors import InputError
from perfadvisor.store.baseline import stored_side
from perfadvisor.store.database import Database
from tests.store.test_history_store import made, put

COMMANDS = ("list", "list --runs", "show w0/m@local", "check")


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "history.sqlite"
    put(str(path), *made(12))
    return path


def changed(history: Path, *statements: str) -> None:
    with sqlite3.connect(history) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def said(history: Path, command: str) -> str:
    """What the command fails with; nothing where it does not."""
    done = CliRunner().invoke(group, ["history", *command.split(), "--db", str(history)])
    if done.exception is None or isinstance(done.exception, SystemExit):
        return ""
    assert isinstance(done.exception, InputError), repr(done.exception)
    return done.exception.message


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE points SET value = 'many'",
        "UPDATE points SET value = 9e999",
        "UPDATE points SET time = x'00ff'",
        "UPDATE runs SET marks = '['",
        "UPDATE runs SET marks = '[1]'",
        "UPDATE runs SET marks = '{\"kernel\": 6}'",
        "UPDATE runs SET commit_id = x'00ff'",
        "UPDATE series SET unit = x'00ff'",
        "UPDATE series SET environment = x'00ff'",
        "UPDATE runs SET started = 'once'",
    ],
)
def test_values_of_another_kind_are_refused_in_a_line(history: Path, statement: str) -> None:
    changed(history, statement)
    messages = [said(history, command) for command in COMMANDS]
    assert any("not as perfadvisor writes it" in one for one in messages), messages


@pytest.mark.parametrize("text", ["{}", "[", '["a"]', "[1e999]", "[" * 100_000])
def test_a_baseline_of_no_numbers_is_refused(history: Path, text: str) -> None:
    changed(history, f"UPDATE points SET fresh_runs = '{text}'")
    with pytest.raises(InputError, match="not as perfadvisor writes it"):
        stored_side(str(history), "last")


@pytest.mark.parametrize(
    "statements",
    [
        ("ALTER TABLE points RENAME TO kept", "CREATE VIEW points AS WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL "
         "SELECT n + 1 FROM t) SELECT n AS series_id, 'r' AS run_id, n AS time, n AS value, '' AS fresh_runs FROM t"),
        ("CREATE TRIGGER taken AFTER INSERT ON points BEGIN DELETE FROM runs; END",),
        ("ALTER TABLE runs ADD COLUMN large AS (hex(zeroblob(1000000000)))",),
    ],
    ids=["view", "trigger", "computed"],
)  # fmt: skip
def test_what_runs_by_itself_is_refused_before_anything_is_asked(history: Path, statements: tuple[str, ...]) -> None:
    changed(history, *statements)
    for command in COMMANDS:
        assert "not as perfadvisor writes it" in said(history, command)
    with pytest.raises(InputError, match="not as perfadvisor writes it"), Database(str(history)).writing():
        raise AssertionError("nothing may be written")


def test_a_value_without_end_is_refused(history: Path) -> None:
    changed(history, "UPDATE runs SET marks = (SELECT hex(zeroblob(20000000)))")
    assert "too big" in said(history, "check")


def test_a_sound_one_is_read(history: Path) -> None:
    assert [said(history, command) for command in COMMANDS] == [""] * len(COMMANDS)
