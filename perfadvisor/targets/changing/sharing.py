"""Locks between commands of perfadvisor on one machine: who has which PCI function, which network of its own, and who
loads or unloads VFIO.

The kernel lets go of them when a command ends, however it ends.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from perfadvisor.errors import MeasureError

ROOT = Path("/")
FOLDER = "run/perfadvisor"  # of root alone: only root binds drivers
PATIENCE_S = 30.0  # others hold the lock while they load a module and bind functions

_claimed: dict[Path, int] = {}  # lock file -> descriptor, open as long as this process lives


@contextlib.contextmanager
def alone(root: Path = ROOT) -> Iterator[None]:
    """While no other command of perfadvisor loads or unloads VFIO's module, or binds functions to it. MeasureError
    where one does not finish."""
    file = _folder(root) / "vfio-pci.lock"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not _locked(descriptor):
            if time.monotonic() > deadline:
                raise MeasureError(f"another perfadvisor has been binding devices for {PATIENCE_S:.0f} s ({file})")
            time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def claim(address: str, root: Path = ROOT) -> None:
    """This function is ours until the process ends. MeasureError where another command has it."""
    file = _folder(root) / f"{address}.lock"
    if file in _claimed:
        return
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if not _locked(descriptor):
        os.close(descriptor)
        raise MeasureError(f"another perfadvisor uses {address}", "wait for it to end")
    _claimed[file] = descriptor


def let_go(name: str, root: Path = ROOT) -> None:
    """What `claim` took is anybody's again."""
    descriptor = _claimed.pop(_folder(root) / f"{name}.lock", None)
    if descriptor is not None:
        os.close(descriptor)


def claim_any(names: Iterable[str], root: Path = ROOT) -> str:
    """The first of these that no process has, this process included; it is ours until the process ends. MeasureError
    where all are taken."""
    for name in names:
        if _folder(root) / f"{name}.lock" not in _claimed:
            with contextlib.suppress(MeasureError):
                claim(name, root)
                return name
    raise MeasureError("other runs of perfadvisor use all that is set aside for it", "wait for one to end")


def _folder(root: Path) -> Path:
    folder = root / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
