"""Where the history lies, and that one of an earlier version is not lost without a word."""

from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.store.database import Database
from perfadvisor.store.place import EARLIER, default_place, note_on_earlier


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def test_one_history_from_every_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Database("").writing():
        pass
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with Database("").reading():
        pass
    assert (tmp_path / "data" / "perfadvisor" / "history.sqlite").is_file()


@pytest.mark.parametrize("given", ["", "relative/data"])
def test_a_path_that_the_specification_refuses_is_ignored(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", given)
    assert default_place() == Path.home() / ".local/share/perfadvisor/history.sqlite"


def test_a_history_left_in_the_working_directory_is_named() -> None:
    EARLIER.touch()
    with pytest.raises(InputError, match="no history here") as caught, Database("").reading():
        pass
    assert str(EARLIER) in caught.value.hint and str(default_place()) in caught.value.hint


def test_nothing_is_said_where_nothing_was_left_or_another_is_named() -> None:
    assert note_on_earlier("") == ""
    EARLIER.touch()
    assert note_on_earlier(str(EARLIER)) == ""
