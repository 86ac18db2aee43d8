"""An attribute of the kernel has its old value or the new one, whatever stops the write."""

import contextlib
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.settings.model import Door, Field, Setting, Type, Write
from perfadvisor.targets.changing import attribute, pci_driver, settings_file, undo


@contextlib.contextmanager
def no_write_succeeds() -> Iterator[None]:
    """Every write(2) to a file fails with EFBIG (setrlimit(2)), as a kernel refuses a value; emptying one does not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def by_undo(path: Path) -> None:
    undo.put_back(undo.setting_changed(path, "1"))


def by_setting(path: Path) -> None:
    field = Field(name="number", type=Type.INTEGER)
    made = Setting(name="test.number", subject="", door=Door.FILE, path=str(path), fields=(field,), meaning="a test's")
    settings_file.write(Write(setting=made, subject="", was={"number": "1024"}, to={"number": "1"}))


def by_driver(path: Path) -> None:
    pci_driver._write(path, "1")


@pytest.mark.parametrize("change", [by_undo, by_setting, by_driver])
def test_a_write_that_comes_to_nothing_leaves_the_old_value(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = tmp_path / "attribute"
    path.write_text("1024\n")
    with no_write_succeeds(), pytest.raises((OSError, MeasureError)):
        change(path)
    assert path.read_text() == "1024\n"
    change(path)
    assert path.read_text().strip() == "1"


def test_an_attribute_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        attribute.write(tmp_path / "attribute", "1")
    assert list(tmp_path.iterdir()) == []
