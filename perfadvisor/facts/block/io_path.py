"""The way a result's bytes went: file -> file system -> disk -> PCI function, or network interface -> PCI function."""

from perfadvisor.facts.block import mount
from perfadvisor.facts.block import path as block_path
from perfadvisor.facts.pci.address import owner
from perfadvisor.facts.reading.reader import integer
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree

NICS = "/sys/class/net"
PATTERNS = (*mount.PATTERNS, f"{NICS}/*", f"{NICS}/*/device")
NOT_A_DISK = frozenset({"tmpfs", "ramfs", "devtmpfs", "proc", "sysfs", "hugetlbfs"})


def of_file(tree: Tree, file: str, device_number: str) -> IoPath:
    """The way to a file; `device_number` is its st_dev as "254:0". What is unknown stays empty."""
    found = mount_of(tree, file, device_number)
    disk = mount.disk_of(found, block_path.whole_disks(tree)) if found else None
    return IoPath(file=file, file_system=found.file_system if found else "", **_disk(tree, disk))


def of_device(tree: Tree, device_number: str) -> IoPath:
    """The way to a raw block device, named by its own number (st_rdev)."""
    return IoPath(**_disk(tree, block_path.whole_disks(tree).get(device_number)))


def of_nic(tree: Tree, nic: str) -> IoPath:
    """The way out of a network interface."""
    address = owner(tree.realpath(f"{NICS}/{nic}")) or owner(tree.realpath(f"{NICS}/{nic}/device"))
    return IoPath(nic=nic, pci=address or "")


def mount_of(tree: Tree, file: str, device_number: str) -> mount.Mount | None:
    """The mount a file lies in: the deepest of those above it that has its device number, if any has. A btrfs
    subvolume has a number of its own, so without a match the deepest counts."""
    _, mounts = mount.read(tree)
    above = [one for one in mounts if (file + "/").startswith(one.point.rstrip("/") + "/")]
    same = [one for one in above if one.number == device_number]
    return max(same or above, key=lambda one: len(one.point), default=None)


def node(tree: Tree, path: IoPath) -> int | None:
    """The NUMA node of the device at the end of the way; None where it has none."""
    found = integer(tree, f"/sys/bus/pci/devices/{path.pci}/numa_node") if path.pci else None
    return found if found is not None and found >= 0 else None


def _disk(tree: Tree, disk: str | None) -> dict[str, str]:
    if disk is None:
        return {}
    disk = _lowest(tree, disk)
    return {"block": disk, "pci": block_path.pci_address(tree, disk) or ""}


def _lowest(tree: Tree, disk: str) -> str:
    """The real disk below device mapper or md; of several the first, by name, stands for them."""
    disks = block_path.whole_disks(tree)
    for _ in range(16):  # layers; a loop would be damage
        below = [disks[slave] for slave in tree.names(f"{block_path.BLOCK}/{disk}/slaves") if slave in disks]
        if not below:
            break
        disk = below[0]
    return disk
