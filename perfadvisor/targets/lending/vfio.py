"""Binding PCI functions to vfio-pci and giving them back, each step written down before it is made.

`driver_override` names the one driver that may take the function, so no other device of the same kind is touched
(Documentation/ABI/testing/sysfs-bus-pci, driver_override).
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from perfadvisor.analyse.devices import words
from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import Command, VfioFunction
from perfadvisor.targets.changing import attribute
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.sharing import alone, claim
from perfadvisor.targets.changing.undo import driver_changed, module_loaded
from perfadvisor.targets.here.process import run
from perfadvisor.targets.lending.pci_group import (
    DEVICES,
    ROOT,
    VFIO,
    Function,
    PciGroup,
    full_address,
    function,
    group_of,
)
from perfadvisor.targets.lending.pci_refusals import disks_of, refusals
from perfadvisor.targets.lending.remapping import is_refused_without_remapping
from perfadvisor.targets.lending.udev import settle

MODULE = "vfio-pci"
READY_S = 20.0  # an NVMe controller comes up in the background after its driver took it
Say = Callable[[str], None]


def lend(addresses: Sequence[str], journal: Journal, root: Path = ROOT) -> tuple[PciGroup, ...]:
    """Bind the functions to vfio-pci and return their groups. Nothing is touched unless all of them may be.

    InputError for an address that is none, MeasureError, with every reason, where one must stay where it is."""
    groups = require_all_lendable(addresses, root)
    ours = [one for address in dict.fromkeys(addresses) if (one := function(address, root)).driver != VFIO]
    if ours:
        _require_remapping(root)
        _require_root(root)
        for one in ours:
            claim(one.address, root)
        with alone(root):  # no run of ours unloads the module between its loading and the binding
            _load_module(journal, root)
            for one in ours:
                _bind(one, journal)
    return groups


def passed(addresses: Iterable[str], root: Path = ROOT) -> tuple[VfioFunction, ...]:
    """The functions with the numbers of their groups, in this order."""
    return tuple(VfioFunction(address=full_address(one), group=group_of(one, root).number) for one in addresses)


def require_all_lendable(addresses: Sequence[str], root: Path = ROOT) -> tuple[PciGroup, ...]:
    """The groups of these functions, if all of them could be bound now, and no others of their groups."""
    named = tuple(dict.fromkeys(full_address(address) for address in addresses))
    for address in named:
        if function(address, root).is_bridge:
            raise MeasureError(f"{address} is a bridge: {words.BRIDGE}", "name what lies behind it")
    groups = {group.number: group for group in (group_of(address, root) for address in named)}
    for group in groups.values():
        require_lendable(group, named, root)
    return tuple(groups.values())


def require_not_measured(addresses: Sequence[str], device: str, root: Path = ROOT) -> None:
    """MeasureError for a function that the block device (its node, "" for none) under measurement is attached to."""
    parts = (root / "sys/class/block" / Path(device).resolve().name).resolve().parts if device else ()
    for address in addresses:
        if disks_of(function(address, root)) & set(parts):
            raise MeasureError(
                f"{device} is attached to {address}, which is to be bound to vfio-pci", "measure another device"
            )


def require_lendable(group: PciGroup, named: Sequence[str], root: Path = ROOT) -> None:
    """Return only if every function of the group may change hands."""
    others = [member for member in group.members if member.address not in named and member.holds_group]
    if others:
        listed = ", ".join(str(member) for member in others)
        raise MeasureError(words.shared_group(str(group.number), listed), words.NAME_THEM)
    found = [f"{member.address}: {reason}" for member in group.devices for reason in refusals(member, root)]
    if found:
        raise MeasureError(f"IOMMU group {group.number} stays with this machine: {'; '.join(found)}", "free it first")


def _require_remapping(root: Path) -> None:
    if is_refused_without_remapping(root):
        raise MeasureError(words.NO_REMAPPING, words.REMAPPING_ON)


def _require_root(root: Path) -> None:
    if not os.access(root / "sys/bus/pci/drivers_probe", os.W_OK):
        raise MeasureError("passing a device through needs root", "run it with sudo")


def _load_module(journal: Journal, root: Path) -> None:
    if (root / "sys/bus/pci/drivers" / VFIO).is_dir():
        return
    journal.record(module_loaded(MODULE))
    done = run(Command(argv=("modprobe", MODULE), timeout_s=30.0))
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise MeasureError(f"the module {MODULE} cannot be loaded: {said}", "its kernel option is CONFIG_VFIO_PCI")


def _bind(device: Function, journal: Journal) -> None:
    bus = device.folder.parent.parent
    number = journal.record(driver_changed(device.folder, device.driver))
    attribute.write(device.folder / "driver_override", VFIO)
    if device.driver:
        attribute.write(device.folder / "driver" / "unbind", device.address)
    attribute.write(bus / "drivers_probe", device.address)
    now = function(device.address, bus.parents[2]).driver
    if now != VFIO:
        journal.put_back(number)
        raise MeasureError(f"{device.address}: vfio-pci did not take it (driver now: {now or 'none'})", "see dmesg")


def wait_for_disks(address: str, were: frozenset[str], root: Path = ROOT) -> None:
    """After a function was given back: until the disks it had are there again and udev has let go of them. MeasureError
    where they stay away."""
    deadline = time.monotonic() + READY_S
    if not (root / DEVICES / address).is_dir():
        raise MeasureError(f"{address} is gone: it was pulled out of this machine", "see dmesg")
    while not were <= (now := disks_of(function(address, root))):
        if time.monotonic() > deadline:
            raise MeasureError(f"{address}: {', '.join(sorted(were - now))} did not come back", "see dmesg")
        time.sleep(0.1)
    if were:
        settle()
