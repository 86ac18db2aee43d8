"""What was plugged into a guest after its start: QEMU's command line does not hold it.

Whoever plugs devices into a guest through QEMU's monitor adds them to the host's tree here, in the words of `-blockdev`
and `-device`. `guest-address` is an addition of ours: the PCI address that the device got in there (query-pci).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from perfadvisor.model.tree import Tree

Word = tuple[str, Mapping[str, Any]]  # an option's name, and its values
PLACE = "guest-address"


def source(pid: str) -> str:
    """The name in a tree for what the QEMU of this process id was given."""
    return f"qemu:{pid}/plugged"


def written(words: Iterable[Word]) -> bytes:
    """The entry of a tree."""
    return json.dumps([[option, dict(values)] for option, values in words], sort_keys=True).encode()


def argv(tree: Tree, pid: str) -> tuple[str, ...]:
    """What the command line would say in addition; empty where nothing was plugged in, or what is there is damaged."""
    try:
        found = json.loads(tree.read(source(pid)) or b"[]")
        pairs = [(f"-{option}", json.dumps(values)) for option, values in found]
    except (ValueError, TypeError, RecursionError):
        return ()
    return tuple(word for pair in pairs for word in pair)
