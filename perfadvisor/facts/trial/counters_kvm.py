"""How often a guest's CPUs fell back to the hypervisor during a trial, as its host counts it.

KVM keeps the count for each guest in debugfs, in a directory named by the process and a file descriptor of it
(virt/kvm/kvm_main.c, kvm_create_vm_debugfs). What the host knows of a guest stands in the guest's tree under `host:`.
"""

from collections.abc import Iterator

from perfadvisor.facts.reading.reader import number
from perfadvisor.facts.trial.counters_cpu import difference
from perfadvisor.model.tree import Tree

HOST = "host:"
DIRECTORY = "/sys/kernel/debug/kvm"


def deltas(before: Tree, after: Tree, seconds: float) -> Iterator[tuple[str, float | None]]:
    """Exits a second of all its CPUs together."""
    rise = difference(_exits(before), _exits(after))
    yield "kvm.exits_per_s", None if rise is None else rise / seconds


def _exits(tree: Tree) -> int | None:
    places = tree.sources(f"{HOST}{DIRECTORY}/")
    counts = [number(tree.text(source)) for source in places]
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None
