"""Giving back drivers and virtual functions, on files that stand for sysfs."""

from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing import attribute
from perfadvisor.targets.changing.pci_driver import driver_of, override_of, rebind
from perfadvisor.targets.changing.undo import driver_changed, functions_made, put_back


@pytest.fixture
def function(tmp_path: Path) -> Path:
    folder = tmp_path / "bus/pci/devices/0000:01:00.0"
    folder.mkdir(parents=True)
    (folder / "driver_override").write_text("vfio-pci")
    (folder.parent.parent / "drivers_probe").write_text("")
    return folder


def bind(function: Path, driver: str) -> Path:
    folder = function.parents[3] / "drivers" / driver
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "unbind").write_text("")
    (function / "driver").symlink_to(folder)
    return folder


def test_a_function_that_has_its_driver_is_left_alone(function: Path) -> None:
    folder = bind(function, "nvme")
    rebind(function, "nvme")
    assert (folder / "unbind").read_text() == ""
    assert (function / "driver_override").read_text() == "\n"


def test_one_that_had_none_is_only_unbound(function: Path) -> None:
    folder = bind(function, "other")
    rebind(function, "")
    assert (folder / "unbind").read_text() == "0000:01:00.0"


def test_a_driver_that_does_not_take_it_back_is_said(function: Path) -> None:
    bind(function, "other")
    with pytest.raises(MeasureError, match="nvme did not take it back"):
        rebind(function, "nvme")
    assert (function.parent.parent / "drivers_probe").read_text() == "0000:01:00.0"
    assert driver_of(function) == "other"


@pytest.mark.parametrize(("text", "override"), [("(null)\n", ""), ("vfio-pci\n", "vfio-pci"), ("mine\n", "mine")])
def test_the_override_of_the_user_is_restored(function: Path, text: str, override: str) -> None:
    (function / "driver_override").write_text(text)
    bind(function, "nvme")
    change = driver_changed(function, "nvme")
    (function / "driver_override").write_text("vfio-pci")
    put_back(change)
    assert override_of(function) == override


def test_while_it_goes_back_the_override_names_the_driver_it_had(
    function: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is written to the probe file makes the driver that the override names take the function."""
    bind(function, "vfio-pci")
    real = attribute.write

    def write(path: Path, words: str) -> None:
        if path.name == "drivers_probe":
            (function / "driver").unlink()
            bind(function, override_of(function))
        real(path, words)

    monkeypatch.setattr(attribute, "write", write)
    rebind(function, "nvme", "vfio-pci")
    assert (driver_of(function), override_of(function)) == ("nvme", "vfio-pci")


def test_what_was_pulled_out_needs_nothing(tmp_path: Path) -> None:
    put_back(driver_changed(tmp_path / "gone", "nvme"))
    put_back(functions_made(tmp_path / "gone", "0"))
    assert not list(tmp_path.iterdir())


def test_virtual_functions_become_as_many_as_there_were(function: Path) -> None:
    count = function / "sriov_numvfs"
    count.write_text("1")
    put_back(functions_made(function, "0"))
    assert count.read_text() == "0"
    put_back(functions_made(function, "0"))
    assert count.read_text() == "0"
