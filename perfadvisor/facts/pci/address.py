"""Where PCI functions lie in sysfs: their addresses, their directories, and the chain of ports above each of them."""

import re
from collections.abc import Mapping
from functools import lru_cache

from perfadvisor.model.tree import Tree

DEVICES = "/sys/bus/pci/devices"

_ADDRESS = re.compile(r"[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")
_HOST_BRIDGE = re.compile(r"pci[0-9a-f]{4,8}:[0-9a-f]{2}")


def is_address(text: str) -> bool:
    """Whether the text is a full address, "0000:81:00.0"; domains have 4 to 8 digits (VMD's start at 10000)."""
    return _ADDRESS.fullmatch(text) is not None


def functions(tree: Tree) -> Mapping[str, str]:
    """Address -> directory under /sys/devices, of every PCI function in the tree, by address."""
    return tree.once(_functions)


def _functions(tree: Tree) -> dict[str, str]:
    return {name: tree.realpath(f"{DEVICES}/{name}") for name in tree.names(DEVICES) if is_address(name)}


@lru_cache(maxsize=4096)
def chain(directory: str) -> tuple[str, ...]:
    """The addresses on the way from the host bridge to this function, itself last.

    Every bridge's directory holds those of the functions behind it. A host bridge in the middle of the path (Intel VMD:
    `pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0`) starts a hierarchy of its own."""
    parts = directory.split("/")
    last = max((place for place, part in enumerate(parts) if _HOST_BRIDGE.fullmatch(part)), default=-1)
    return tuple(part for part in parts[last + 1 :] if is_address(part))


def owner(path: str) -> str | None:
    """A device's PCI function: the last address in its path under /sys/devices; None for virtual devices."""
    return next((part for part in reversed(path.split("/")) if is_address(part)), None)
