"""Where the kernel lists the devices of each kind, and which kinds were not looked for."""

from collections.abc import Mapping
from types import MappingProxyType

from perfadvisor.model.tree import Tree, Unreadable

# Directories that every machine with such devices has; a kernel without NUMA lists no node.
LISTED_IN: Mapping[str, str] = MappingProxyType(
    {
        "pci": "/sys/bus/pci/devices",
        "block": "/sys/block",
        "nic": "/sys/class/net",
        "node": "/sys/devices/system/node",
    }
)


def unread(tree: Tree, *, complete: bool) -> dict[str, str]:
    """Kind -> the directory that was not read, so that nothing is known of such devices. A `complete` tree was read by
    perfadvisor itself: what it does not hold is not there, unless it could not be read."""
    found = {kind: tree.entry(path) for kind, path in LISTED_IN.items()}
    return {
        kind: LISTED_IN[kind]
        for kind, entry in found.items()
        if isinstance(entry, Unreadable) or (entry is None and not complete)
    }
