"""Why a PCI function must not be taken from its driver: everything on it that is in use.

Whatever is found is given in words; an empty answer means that nothing of this machine rests on the function.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from perfadvisor.analyse.devices import words
from perfadvisor.facts.block import mount
from perfadvisor.facts.block import path as block_path
from perfadvisor.facts.net.attached import default_routes
from perfadvisor.model.tree import Tree
from perfadvisor.targets.here.capture import capture
from perfadvisor.targets.lending.pci_group import DEVICES, ROOT, VFIO, Function, function, text_of

NETWORK = "sys/class/net"
UP = 0x1  # IFF_UP, include/uapi/linux/if.h
PATTERNS = (*mount.PATTERNS, *block_path.PATTERNS)
_HIDDEN_PATH = re.compile(r"(nvme\d+)c\d+(n\d+)")  # one way to a disk that several controllers may reach


def refusals(function: Function, root: Path = ROOT) -> tuple[str, ...]:
    """All reasons, each a few words."""
    tree = capture(PATTERNS, root=str(root))
    found = [*_disks(function, tree, root), *_mounted_tags(function, tree), *network_refusals(function, root)]
    users = [*_users(function, root), *_containers(function, root)]
    return tuple(dict.fromkeys([*found, *_functions(function), *users, *_reset(function)]))


def all_refusals(root: Path = ROOT) -> dict[str, tuple[str, ...]]:
    """Address -> the reasons, of every function of this machine that is not a bridge."""
    found = (function(folder.name, root) for folder in sorted((root / DEVICES).glob("*")))
    return {one.address: refusals(one, root) for one in found if not one.is_bridge}


def _disks(function: Function, tree: Tree, root: Path) -> Iterator[str]:
    """Anything on the whole disk counts, partitions and what lies on top of them included."""
    disks = disks_of(function)
    whole = block_path.whole_disks(tree)
    for one in mount.read(tree)[1]:
        if mount.disk_of(one, whole) in disks:
            yield words.mounted(one.point)
    for line in (tree.text(mount.SWAPS) or "").splitlines()[1:]:
        if whole.get(line.split(" ", 1)[0].removeprefix("/dev/")) in disks:
            yield words.SWAP
    for disk in sorted(disks):
        folder = root / "sys/class/block" / disk
        for holder in sorted({*folder.glob("holders/*"), *folder.glob("*/holders/*")}):
            yield words.held(disk, holder.name)


def disks_of(function: Function) -> frozenset[str]:
    """The kernel names of the disks behind it. With NVMe multipath the function holds only a hidden way to the disk
    (drivers/nvme/host/multipath.c, nvme_set_disk_name), which names it."""
    found = {entry.name for entry in _below(function.folder, "block") if entry.is_dir()}
    hidden = {entry.name for entry in function.folder.glob("nvme/nvme*/nvme*c*n*")}
    return frozenset(_HIDDEN_PATH.sub(r"\1\2", name) for name in (found | hidden)) | frozenset(
        entry.name for entry in function.folder.glob("nvme/nvme*/nvme*n*") if "c" not in entry.name[4:]
    )


def _below(folder: Path, name: str) -> Iterator[Path]:
    """What lies in directories of this name below the function: ATA and SCSI disks lie several levels down."""
    for here, folders, _ in os.walk(folder):
        if Path(here).name == name:
            yield from (Path(here, entry) for entry in folders)
            folders.clear()


def _mounted_tags(function: Function, tree: Tree) -> Iterator[str]:
    """A guest's 9p and virtiofs mounts name their virtio device by its tag, not by a disk."""
    tags = {text_of(file) for file in function.folder.glob("virtio*/mount_tag")}
    tags |= {text_of(file) for file in function.folder.glob("virtio*/fs/*/tag")}
    for one in mount.read(tree)[1]:
        if one.source.strip("\0") in {tag.strip("\0") for tag in tags}:
            yield f"it carries the file system mounted on {one.point}"


def interfaces_of(function: Function) -> tuple[str, ...]:
    """The network interfaces behind it."""
    return tuple(sorted({entry.name for entry in _below(function.folder, "net")}))


def network_refusals(function: Function, root: Path = ROOT) -> Iterator[str]:
    """Why its interfaces must stay where they are."""
    for name in interfaces_of(function):
        folder = root / NETWORK / name
        if _flags(folder) & UP and name in _routed(root):
            yield words.routed(name)
        if _flags(folder) & UP and name in _in_use(root):
            yield f"its interface {name} carries the connection you came by"
        for upper in sorted(folder.glob("upper_*")):
            yield words.part_of(name, upper.name.removeprefix("upper_"))
        master = folder / "master"
        if master.exists() and not (folder / f"upper_{master.resolve().name}").exists():
            yield words.part_of(name, master.resolve().name)


def is_up(interface: str, root: Path = ROOT) -> bool:
    """Whether it is switched on."""
    return bool(_flags(root / NETWORK / interface) & UP)


def _flags(folder: Path) -> int:
    text = text_of(folder / "flags")
    return int(text, 16) if re.fullmatch(r"0x[0-9a-f]+", text) else 0


def _routed(root: Path) -> frozenset[str]:
    return default_routes(text_of(root / "proc/net/route"), text_of(root / "proc/net/ipv6_route"))


def _in_use(root: Path) -> set[str]:
    """The interface whose network the SSH connection of this session comes by."""
    client = os.environ.get("SSH_CONNECTION", "").split()[:1]
    if not client or not re.fullmatch(r"\d+(\.\d+){3}", client[0]):
        return set()
    address = int.from_bytes(bytes(int(part) & 255 for part in client[0].split(".")), "little")
    rows = [line.split() for line in text_of(root / "proc/net/route").splitlines()[1:]]
    return {row[0] for row in rows if len(row) > 7 and address & int(row[7], 16) == int(row[1], 16)}


def _functions(function: Function) -> Iterator[str]:
    count = text_of(function.folder / "sriov_numvfs")
    if count.isdecimal() and int(count) > 0:
        yield words.active_functions(count)


def _users(function: Function, root: Path) -> Iterator[str]:
    """Whoever has one of its device nodes open, a running guest for one."""
    numbers = _device_numbers(function, root)
    for process in sorted((root / "proc").glob("[0-9]*")):
        if numbers and _has_open(process, numbers):
            yield f"it is open in process {process.name} ({text_of(process / 'comm')})"


def _containers(function: Function, root: Path) -> Iterator[str]:
    """Whoever has the group's node in a /dev of its own was given it, also one who does not have it open now."""
    if function.driver != VFIO:
        return
    group = (function.folder / "iommu_group").resolve().name
    seen = {_identity(root / "dev"), None}
    for process in sorted((root / "proc").glob("[0-9]*")):
        if (identity := _identity(process / "root/dev")) in seen:
            continue
        seen.add(identity)
        if _identity(process / "root/dev/vfio" / group) is not None:
            yield f"it was given to the container of process {process.name} ({text_of(process / 'comm')})"


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a directory from others, None where it is not ours to see."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _device_numbers(function: Function, root: Path) -> set[str]:
    """The nodes of everything below it in sysfs, of the disks it shares with other controllers, and of its group."""
    folders = [function.folder, *((root / "sys/class/block" / disk).resolve() for disk in disks_of(function))]
    files = [Path(here, "dev") for folder in folders for here, _, names in os.walk(folder) if "dev" in names]
    if function.driver == VFIO:
        group = (function.folder / "iommu_group").resolve().name
        files.append(root / f"sys/class/vfio/{group}/dev")
    return {text for file in files if (text := text_of(file))}


def _has_open(process: Path, numbers: set[str]) -> bool:
    try:
        statuses = [entry.stat() for entry in (process / "fd").iterdir() if entry.exists()]
    except OSError:
        return False  # it ended, or is another user's
    return any(
        f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}" in numbers for status in statuses if status.st_rdev
    )


def _reset(function: Function) -> Iterator[str]:
    """Without a reset the next owner gets the device with the state, and the DMA, of the last one."""
    if not (function.folder / "reset").exists():
        yield words.NO_RESET
