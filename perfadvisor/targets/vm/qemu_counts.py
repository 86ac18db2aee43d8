"""What this machine counts of one of its QEMUs: its threads, vhost's, and the interrupts of functions it was given."""

from collections.abc import Iterable

from perfadvisor.facts.reading import interrupts
from perfadvisor.facts.trial.counters_kvm import HOST
from perfadvisor.facts.trial.counters_qemu import FILES
from perfadvisor.model.tree import Tree
from perfadvisor.targets.here.capture import capture
from perfadvisor.targets.here.own_threads import kernel_threads


def read(process: int, functions: Iterable[str] = (), root: str = "/") -> Tree:
    """The counts, each source marked as the host's; of /proc/interrupts only what belongs to these functions."""
    found = dict(capture((f"/proc/{process}/task/*/{name}" for name in FILES), root=root).items())
    for thread in kernel_threads(f"vhost-{process}"):  # threads of the process itself since Linux 6.4
        own = capture((f"/proc/{thread}/{name}" for name in FILES), root=root)
        found |= {f"/proc/{process}/task{source.removeprefix('/proc')}": entry for source, entry in own.items()}
    kept = {f"{HOST}{source}": entry for source, entry in found.items() if isinstance(entry, bytes)}
    if lines := _interrupts(frozenset(functions), root):
        kept[f"{HOST}{interrupts.SOURCE}"] = lines
    return Tree(kept)


def _interrupts(functions: frozenset[str], root: str) -> bytes:
    data = capture((interrupts.SOURCE,), root=root).read(interrupts.SOURCE) if functions else None
    lines = (data or b"").splitlines(keepends=True)
    named = [line for line in lines[1:] if any(f"({one})".encode() in line for one in functions)]
    return b"".join([*lines[:1], *named])
