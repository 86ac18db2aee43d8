"""What KVM counts of one guest of this machine: readable by root where debugfs is mounted."""

from perfadvisor.facts.trial.counters_kvm import DIRECTORY, HOST
from perfadvisor.model.tree import Tree
from perfadvisor.targets.here.capture import capture


def read(process: int, root: str = "/") -> Tree:
    """The counts of the guest that this process runs, each source marked as its host's; empty where there are none."""
    found = capture((f"{DIRECTORY}/{process}-*/exits",), root=root)
    return Tree({f"{HOST}{source}": entry for source, entry in found.items() if source.endswith("/exits")})
