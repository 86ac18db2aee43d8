"""What a block device stands on: its PCI function, its NVMe controller also behind multipath, its partitions."""

import re
from collections.abc import Mapping

from perfadvisor.facts.pci.address import owner
from perfadvisor.model.tree import Tree

BLOCK = "/sys/block"
SUBSYSTEMS = "/sys/class/nvme-subsystem"
CONTROLLERS = "/sys/class/nvme"
PATTERNS = (
    f"{BLOCK}/*",
    f"{BLOCK}/*/device",
    f"{BLOCK}/*/slaves/*",
    f"{BLOCK}/*/holders/*",
    f"{BLOCK}/*/dev",
    f"{BLOCK}/*/dm/name",
    f"{BLOCK}/*/*/dev",
    f"{BLOCK}/*/*/holders/*",
    f"{SUBSYSTEMS}/*/nvme*",
    f"{CONTROLLERS}/*",
)

_SPARE = re.compile(r"(?:loop|ram|zram|nbd)[0-9]+")
_HIDDEN = re.compile(r"nvme[0-9]+c[0-9]+n[0-9]+")
_CONTROLLER = re.compile(r"nvme[0-9]+")
_SUBSYSTEM = re.compile(r"nvme-subsys[0-9]+")
_NAMESPACE = re.compile(r"nvme([0-9]+)(?:c[0-9]+)?n([0-9]+)")


def devices(tree: Tree) -> tuple[str, ...]:
    """The names of the whole disks, partitions apart.

    Left out are loop and RAM disks of no size, which were not set up, and the hidden paths of an NVMe namespace with
    several (nvme0c0n1), which kernels before 6.2 show beside the namespace itself."""
    return tree.once(_devices)


def _devices(tree: Tree) -> tuple[str, ...]:
    names = (name for name in tree.names(BLOCK) if not _HIDDEN.fullmatch(name))
    return tuple(name for name in names if not (_SPARE.fullmatch(name) and tree.text(f"{BLOCK}/{name}/size") == "0"))


def is_nvme(name: str) -> bool:
    """Whether this is an NVMe namespace, by the name the driver gives it."""
    return _NAMESPACE.fullmatch(name) is not None


def nvme_controller(tree: Tree, name: str) -> str | None:
    """The controller of an NVMe namespace, "nvme0".

    With native multipath (`nvme_core.multipath=Y`) the disk's parent is the subsystem, which links to its controllers;
    where several serve it, the first stands for them."""
    if not is_nvme(name):
        return None
    parts = tree.realpath(f"{BLOCK}/{name}").split("/")
    subsystem = next((part for part in parts if _SUBSYSTEM.fullmatch(part)), None)
    if subsystem is None:
        device = tree.link_name(f"{BLOCK}/{name}/device") or ""
        subsystem = device if _SUBSYSTEM.fullmatch(device) else None
    if subsystem is not None:
        names = tree.names(f"{SUBSYSTEMS}/{subsystem}")
        return next((part for part in names if _CONTROLLER.fullmatch(part)), None)
    return next((part for part in reversed(parts) if _CONTROLLER.fullmatch(part)), None)


def pci_address(tree: Tree, name: str) -> str | None:
    """The PCI function the disk is attached to, None for virtual disks and other buses."""
    direct = owner(tree.realpath(f"{BLOCK}/{name}")) or owner(tree.realpath(f"{BLOCK}/{name}/device"))
    if direct is not None:
        return direct
    controller = nvme_controller(tree, name)
    return None if controller is None else owner(tree.realpath(f"{CONTROLLERS}/{controller}"))


def path_device(tree: Tree, name: str) -> str:
    """The directory with the queues that do the work: that of the hidden path device of a multipath namespace
    (nvme0c0n1 of nvme0n1), where the tree has it, else the disk's own."""
    match, controller = _NAMESPACE.fullmatch(name), nvme_controller(tree, name)
    if match and controller:
        directory = f"{CONTROLLERS}/{controller}"
        names = (part for part in tree.names(directory) if _HIDDEN.fullmatch(part))
        found = next((part for part in names if part.endswith(f"n{match.group(2)}")), None)
        if found:
            return f"{directory}/{found}"
    return f"{BLOCK}/{name}"


def parts(tree: Tree, name: str) -> tuple[str, ...]:
    """The partitions of a disk."""
    return tuple(
        part
        for part in tree.names(f"{BLOCK}/{name}")
        if part.startswith(name) and tree.exists(f"{BLOCK}/{name}/{part}/dev")
    )


def whole_disks(tree: Tree) -> Mapping[str, str]:
    """Device number ("259:1"), name ("nvme0n1p1") or device mapper name ("mapper/root") -> the whole disk meant."""
    return tree.once(_whole_disks)


def _whole_disks(tree: Tree) -> dict[str, str]:
    found: dict[str, str] = {}
    for disk in devices(tree):
        for name, path in (
            (disk, f"{BLOCK}/{disk}"),
            *((part, f"{BLOCK}/{disk}/{part}") for part in parts(tree, disk)),
        ):
            found.setdefault(name, disk)
            found.setdefault(tree.text(f"{path}/dev") or name, disk)
        found.setdefault(f"mapper/{tree.text(f'{BLOCK}/{disk}/dm/name')}", disk)
    return found
