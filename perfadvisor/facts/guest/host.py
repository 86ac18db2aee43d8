"""What a guest's definition is held against: the host's nodes, cores, disks and network devices."""

from dataclasses import dataclass

from perfadvisor.facts.block import io_path, mount
from perfadvisor.facts.block import path as block_path
from perfadvisor.facts.memory import nodes
from perfadvisor.facts.reading import cpulist
from perfadvisor.facts.reading.reader import integer, numbered
from perfadvisor.model.tree import Tree

_CPU = "/sys/devices/system/cpu"
_SIBLINGS = f"{_CPU}/cpu[0-9]*/topology/thread_siblings_list"
NICS = "/sys/class/net"
PATTERNS: tuple[str, ...] = (
    *nodes.PATTERNS,
    *mount.PATTERNS,
    _SIBLINGS,
    f"{_CPU}/online",
    "/sys/bus/pci/devices/*/numa_node",
    f"{NICS}/*",
    f"{NICS}/*/brif/*",
    f"{NICS}/*/device",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """The host a guest runs on; everything is empty where only the definition is there."""

    node_cpus: dict[int, frozenset[int]]
    cores: dict[int, frozenset[int]]
    online: frozenset[int]
    tree: Tree

    @property
    def known(self) -> bool:
        """Whether the nodes of the host are known."""
        return bool(self.node_cpus)

    def nodes_of(self, cpus: frozenset[int]) -> frozenset[int] | None:
        """The nodes these CPUs lie on; None where that is not known of all of them."""
        if not self.known or not cpus <= frozenset[int]().union(*self.node_cpus.values()):
            return None
        return frozenset(node for node, members in self.node_cpus.items() if members & cpus)

    def pci_node(self, address: str) -> int | None:
        """The node of a PCI function, None where it has none or is not known."""
        node = integer(self.tree, f"/sys/bus/pci/devices/{address}/numa_node")
        return node if node is not None and node >= 0 else None

    def disk_behind(self, path: str | None) -> str | None:
        """The disk that carries a file, or that a /dev path means."""
        if not path or not path.startswith("/"):
            return None
        if path.startswith("/dev/"):
            return block_path.whole_disks(self.tree).get(path.removeprefix("/dev/"))
        found = io_path.mount_of(self.tree, path, "")
        if found is None or found.file_system in io_path.NOT_A_DISK:
            return None
        return io_path.of_device(self.tree, found.number).block or None

    def nic_behind(self, name: str | None) -> str | None:
        """The network device with hardware that a bridge leads to, or the device itself; None where there is none."""
        if not name or not self.tree.exists(f"{NICS}/{name}"):
            return None
        members = self.tree.names(f"{NICS}/{name}/brif")
        physical = [one for one in (*members, name) if self.tree.exists(f"{NICS}/{one}/device")]
        return physical[0] if physical else None


def read(tree: Tree) -> Host:
    """The host this tree was read from."""
    cores = {
        cpu: frozenset(cpulist.parse(tree.text(f"{path}/topology/thread_siblings_list") or ""))
        for cpu, path in numbered(tree, _CPU, "cpu")
    }
    return Host(
        node_cpus=nodes.read(tree).cpus,
        cores={cpu: siblings for cpu, siblings in cores.items() if siblings},
        online=frozenset(cpulist.parse(tree.text(f"{_CPU}/online") or "")),
        tree=tree,
    )


NOWHERE = read(Tree({}))
"""The host of a definition that came alone."""
