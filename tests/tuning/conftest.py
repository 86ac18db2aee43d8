"""Files that stand for the kernel's, as settings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from perfadvisor.settings import catalogue
from perfadvisor.settings.model import Door, Field, Setting, Type
from perfadvisor.tuning import record


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch, request) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(record, "LOCK", f"tune-test-{tmp_path.name}")


@pytest.fixture
def stands_for(tmp_path, monkeypatch) -> Callable[[str], Path]:
    """Make a file that stands for one of the kernel's, as the setting `test.NAME`; it holds 1."""

    def make(name: str) -> Path:
        path = tmp_path / name
        path.write_text("1\n")
        field = Field(name=name, type=Type.INTEGER)
        made = Setting(
            name=f"test.{name}", subject="", door=Door.FILE, path=str(path), fields=(field,), meaning="a test's"
        )
        monkeypatch.setitem(catalogue.SETTINGS, made.name, made)  # type: ignore[arg-type]
        return path

    return make


@pytest.fixture
def file(stands_for) -> Path:
    """The setting `test.number`."""
    return stands_for("number")
