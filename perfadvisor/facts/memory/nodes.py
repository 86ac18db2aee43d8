"""Which NUMA node a CPU belongs to, and which other nodes are far from a given one."""

from dataclasses import dataclass

from perfadvisor.facts.reading import cpulist
from perfadvisor.facts.reading.reader import numbered
from perfadvisor.model.tree import Tree

DIRECTORY = "/sys/devices/system/node"
PATTERNS = (f"{DIRECTORY}/node*/cpulist", f"{DIRECTORY}/node*/distance", f"{DIRECTORY}/online")

NEAR_DISTANCE = 15
"""Nodes of one socket that is split (Intel SNC, AMD NPS) are 11 to 12 apart, sockets 16 to 32: the nodes of one socket
share its I/O, so they are not remote to each other. The figure between is a judgement."""

_MOST_NODES = 1024  # MAX_NUMNODES of any architecture


@dataclass(frozen=True, slots=True)
class Nodes:
    """Node -> its CPUs, and node -> the distances it states, in the order of the nodes' numbers."""

    cpus: dict[int, frozenset[int]]
    distances: dict[int, tuple[int, ...]]

    def remote_cpus(self, node: int) -> frozenset[int] | None:
        """The CPUs that are far from this node; None where the node is not known, has no CPUs that could be nearer, or
        there is no other."""
        if not self.cpus.get(node) or len(self.cpus) < 2:
            return None
        far = (cpus for other, cpus in self.cpus.items() if other != node and not self._near(node, other))
        # A memory expander's node or a wrong table may claim CPUs that the device's own node has, too.
        return frozenset[int]().union(*far) - self.cpus[node]

    def _near(self, node: int, other: int) -> bool:
        stated = self.distances.get(node, ())
        place = sorted(self.cpus).index(other)
        # `distance` may be longer than the list of nodes that are online; then the places do not tell the nodes.
        return len(stated) == len(self.cpus) and stated[place] <= NEAR_DISTANCE


def read(tree: Tree) -> Nodes:
    """The nodes of the machine; none where the tree does not tell them."""
    return tree.once(_read)


def _read(tree: Tree) -> Nodes:
    cpus: dict[int, frozenset[int]] = {}
    distances: dict[int, tuple[int, ...]] = {}
    for number, path in numbered(tree, DIRECTORY, "node"):
        if number < _MOST_NODES:
            cpus[number] = frozenset(cpulist.parse(tree.text(f"{path}/cpulist") or ""))
            words = (tree.text(f"{path}/distance") or "").split()[:_MOST_NODES]
            distances[number] = tuple(int(word) for word in words if word.isdecimal() and len(word) < 4)
    return Nodes(cpus, distances)
