"""Whether the devices that a trial's bytes cross are still there, and still the same ones."""

# ruff: noqa: PTH116 (looked at while a trial runs, so it has to be cheap)
import os
from collections.abc import Iterator

from perfadvisor.model.result import IoPath

_PCI, _BLOCK, _NET = "/sys/bus/pci/devices", "/sys/class/block", "/sys/class/net"


class Presence:
    """What was there when this was made. sysfs gives a device that comes back a directory with another inode number, so
    one that was away for a moment is distinguished from one that stayed. What was not there at first is not looked
    at."""

    def __init__(self, path: IoPath, root: str = "") -> None:
        named = (
            (path.pci, _PCI, f"{path.pci} left the bus"),
            (path.block, _BLOCK, f"the disk {path.block} went away"),
            (path.nic, _NET, f"the network device {path.nic} went away"),
        )
        places = ((f"{root}{folder}/{name}", words) for name, folder, words in named if name)
        self._seen = [(place, words, number) for place, words in places if (number := _number(place)) is not None]

    def why_gone(self) -> str:
        """The first device that is not what it was, in words; "" where all are."""
        return next(self._missing(), "")

    def _missing(self) -> Iterator[str]:
        for place, words, was in self._seen:
            now = _number(place)
            if now != was:
                yield words if now is None else f"{words} and came back"


def _number(place: str) -> int | None:
    try:
        return os.stat(place).st_ino
    except OSError:
        return None
