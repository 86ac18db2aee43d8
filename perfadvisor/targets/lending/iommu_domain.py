"""Measuring under another kind of IOMMU translation: the type of a disk's or NIC's group is changed for a while."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.facts.block import path as block_path
from perfadvisor.specs.kinds.local import DOMAINS
from perfadvisor.targets.changing.iommu_type import set_type
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.undo import domain_changed
from perfadvisor.targets.here.capture import capture
from perfadvisor.targets.lending import vfio
from perfadvisor.targets.lending.nic import interfaces_when_there
from perfadvisor.targets.lending.pci_group import ROOT, function, text_of
from perfadvisor.targets.lending.pci_refusals import disks_of

TYPES = DOMAINS


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A PCI function whose translation changes: what it is called, and how to wait until what it carries is back."""

    address: str
    name: str
    wait: Callable[[], object]


def disk(device: str, root: Path = ROOT) -> Measured:
    """The function behind a disk. MeasureError where there is none."""
    address = function_behind(device, root)
    disks = disks_of(function(address, root))
    return Measured(
        address=address,
        name=f"{device} ({address})",
        wait=lambda: _wait_for(device, address, disks, root),
    )


def nic(address: str, root: Path = ROOT) -> Measured:
    """A NIC: its interface comes back without the addresses it had."""
    return Measured(
        address=address,
        name=address,
        wait=lambda: interfaces_when_there(function(address, root), root),
    )


def function_behind(device: str, root: Path = ROOT) -> str:
    """The address of the PCI function that a block device is attached to. MeasureError where it is attached to none."""
    tree = capture(block_path.PATTERNS, root=str(root))
    entry = (root / "sys/class/block" / Path(device).resolve().name).resolve()
    whole = entry.parent if (entry / "partition").exists() else entry
    address = block_path.pci_address(tree, whole.name)
    if address is None:
        raise MeasureError(
            f"{device} is not attached to a PCI function, so no IOMMU translates its DMA", "choose another disk"
        )
    return address


def change(measured: Measured, wanted: str, book: Journal, root: Path = ROOT) -> str:
    """Give the group of this function the type `wanted` and wait for what it carries to be back; returns in words what
    was changed, "" for nothing. MeasureError where it is in use, or the kernel does not do it."""
    (group,) = vfio.require_all_lendable([measured.address], root)
    folder = (root / "sys/kernel/iommu_groups" / str(group.number)).resolve()
    was = text_of(folder / "type")
    if was == wanted:
        return ""
    _require_changeable(folder, was)
    drivers = {str(one.folder): one.driver for one in group.devices}
    number = book.record(domain_changed(folder, was, drivers))
    try:
        set_type(folder, wanted, drivers)
        measured.wait()
    except (MeasureError, OSError) as error:
        book.put_back(number)
        measured.wait()
        reason = error.message if isinstance(error, MeasureError) else str(error)
        raise MeasureError(
            f"{measured.name} stays as it is: {reason}", "see dmesg, and the kernel options iommu="
        ) from error
    return f"{measured.name}: the IOMMU group {group.number} is {wanted} for this run, it was {was}"


def change_back(measured: Measured, book: Journal) -> None:
    """Undo every change of the journal and wait for what the function carries. MeasureError where it does not come
    back."""
    book.put_back_after(0)
    measured.wait()


def _require_changeable(folder: Path, was: str) -> None:
    if was not in TYPES:
        said = f"is {was}" if was else "shows no type"
        raise MeasureError(f"IOMMU group {folder.name} {said}: it could not be restored", "Linux 5.11 or newer can")
    if not os.access(folder / "type", os.W_OK):
        raise MeasureError("changing an IOMMU group needs root", "run it with sudo")


def _wait_for(device: str, address: str, disks: frozenset[str], root: Path) -> None:
    """Until the disk has its node again: udev makes links a moment after the disk is there."""
    vfio.wait_for_disks(address, disks, root)
    deadline = time.monotonic() + vfio.READY_S
    while not Path(device).exists():
        if time.monotonic() > deadline:
            raise MeasureError(f"{device} did not come back", "see dmesg")
        time.sleep(0.05)
