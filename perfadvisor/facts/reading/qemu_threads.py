"""The threads of a QEMU process: which of them are vCPUs, I/O threads and the rest.

QEMU names its threads where it is asked to (`-name debug-threads=on`, as libvirt always does): "CPU 0/KVM", "IO name".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from perfadvisor.model.tree import Tree

_VCPU = re.compile(r"CPU ([0-9]{1,4})/(?:KVM|TCG|HVF)\Z")
IO, VHOST = "IO ", "vhost-"


@dataclass(frozen=True, slots=True)
class QemuThread:
    """One thread: `vcpu` is the number of the virtual CPU it runs, None for the others."""

    id: str
    name: str
    vcpu: int | None

    @property
    def serves_io(self) -> bool:
        """Whether it is an I/O thread."""
        return self.name.startswith(IO)

    @property
    def is_vhost(self) -> bool:
        """Whether it moves packets for the guest in the kernel."""
        return self.name.startswith(VHOST)


def of(tree: Tree, pid: str, side: str = "") -> Iterator[QemuThread]:
    """The threads of a process; `side` goes in front of sources ("host:" in a guest's own readings)."""
    folder = f"{side}/proc/{pid}/task"
    ids = tree.names(folder) if not side else _named(tree, folder)
    for one in ids:
        name = tree.text(f"{folder}/{one}/comm")
        if name is not None:
            match = _VCPU.match(name)
            yield QemuThread(one, name, int(match.group(1)) if match else None)


def _named(tree: Tree, folder: str) -> list[str]:
    """A marked source is not a path, so a tree has no directories of them."""
    tails = (source.removeprefix(f"{folder}/") for source in tree.sources(f"{folder}/"))
    return sorted({tail.split("/")[0] for tail in tails})
