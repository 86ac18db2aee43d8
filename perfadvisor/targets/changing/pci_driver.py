"""Giving a PCI function back to the driver it had."""

import os
import time
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing import attribute

RELEASED_S = 20.0  # a guest that was killed lets go of its devices when the kernel has taken it apart


def rebind(function: Path, was: str, override: str = "") -> None:
    """Let the driver `was` ("" for none) have the function of this sysfs directory, and restore its `driver_override`.

    MeasureError where it is still in use, or the driver does not take it."""
    if not function.is_dir():
        return  # pulled out meanwhile
    try:
        if driver_of(function) != was:
            _give_back(function, was)
    finally:
        _write(function / "driver_override", f"{override}\n")


def override_of(function: Path) -> str:
    """The one driver that may have it, "" where any may (pci-sysfs.c writes that as "(null)")."""
    try:
        text = (function / "driver_override").read_text().strip()
    except OSError:
        return ""
    return "" if text == "(null)" else text


def _give_back(function: Path, was: str) -> None:
    """Meanwhile the override names the driver that had it: without one, another that knows the device may take it."""
    _write(function / "driver_override", f"{was}\n")
    _wait_until_released(function)
    if driver_of(function):
        _write(function / "driver" / "unbind", function.name)
    if not was:
        return
    _write(function.parent.parent / "drivers_probe", function.name)
    if driver_of(function) != was:
        now = driver_of(function) or "none"
        raise MeasureError(f"{function.name}: {was} did not take it back (driver now: {now})", f"modprobe {was}")


def driver_of(function: Path) -> str:
    """The name of its driver, "" where it has none."""
    link = function / "driver"
    return link.resolve().name if link.exists() else ""


def _wait_until_released(function: Path) -> None:
    """Unbinding would block in the kernel for as long as the group is held: a group can be opened once."""
    group = (function / "iommu_group").resolve().name
    node = Path("/dev/vfio") / group
    deadline = time.monotonic() + RELEASED_S
    while driver_of(function) == "vfio-pci" and node.exists():
        try:
            os.close(os.open(node, os.O_RDWR | os.O_CLOEXEC))
            return
        except OSError as error:
            if time.monotonic() > deadline:
                raise MeasureError(
                    f"{function.name} is still in use: {node}: {error.strerror}", "end the guest"
                ) from error
            time.sleep(0.1)


def _write(file: Path, text: str) -> None:
    try:
        attribute.write(file, text)
    except OSError as error:
        raise MeasureError(f"{file}: {error.strerror}", "as root") from error
