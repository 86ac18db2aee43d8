"""Unloading VFIO's module after use, but never under a function that another user bound to it.

A function that is bound and not opened holds no reference to its driver, so the kernel would unload the module, and the
function would lose its driver.
"""

from pathlib import Path

from perfadvisor.facts.pci.address import is_address
from perfadvisor.targets.base import Command
from perfadvisor.targets.changing.sharing import ROOT, alone
from perfadvisor.targets.here.process import run

DRIVER = "sys/bus/pci/drivers/vfio-pci"


def unload(name: str, root: Path = ROOT) -> None:
    """Remove the module, unless any function is bound to it."""
    with alone(root):
        if not bound(root):
            run(Command(argv=("modprobe", "--remove", name), timeout_s=30.0))


def bound(root: Path = ROOT) -> tuple[str, ...]:
    """The functions that vfio-pci has, ours or others'."""
    folder = root / DRIVER
    return tuple(sorted(entry.name for entry in folder.iterdir() if is_address(entry.name))) if folder.is_dir() else ()
