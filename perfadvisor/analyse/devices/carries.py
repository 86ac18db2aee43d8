"""What of its machine rests on a PCI function: file systems, swap, routes, and what is built on its disks and NICs."""

from collections.abc import Iterator

from perfadvisor.analyse.devices import words
from perfadvisor.analyse.devices.device import Device
from perfadvisor.model.fact import FactTable

STORAGE, NETWORK = "0x01", "0x02"
FREE = ("", "vfio-pci")  # drivers under which a function has neither disk nor interface here


def carried(facts: FactTable, device: Device) -> tuple[str, ...]:
    """All of it, each in a few words."""
    disks, nics = _behind(facts, device)
    found = [*(word for disk in disks for word in _disk(facts, disk)), *(w for nic in nics for w in _nic(facts, nic))]
    if device.vfs:
        found.append(words.active_functions(device.vfs))
    return tuple(dict.fromkeys(found))


def unknown(facts: FactTable, device: Device) -> str:
    """Why it is not known what rests on it, "" where it is known."""
    if device.driver in FREE or not device.class_code.startswith((STORAGE, NETWORK)):
        return ""
    disks, nics = _behind(facts, device)
    if any(facts.value("block.is_swap", disk) is None or _no_mounts(facts, disk) for disk in disks):
        return "what is mounted or swapped to was not read"
    if any(facts.value("nic.has_default_route", nic) is None for nic in nics):
        return "the routes were not read"
    if device.driver is None or not (facts.subjects("block") or facts.subjects("nic")):
        return "which disks and interfaces are behind it was not read"
    return ""


def _behind(facts: FactTable, device: Device) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Its disks and its interfaces."""
    address = device.address
    return facts.holders("block.pci_address", address), facts.holders("nic.pci_address", address)


def _no_mounts(facts: FactTable, disk: str) -> bool:
    return facts.value("block.mounted", disk) is None


def _disk(facts: FactTable, disk: str) -> Iterator[str]:
    for point in _listed(facts, "block.mount_points", disk):
        yield words.mounted(point)
    if facts.value("block.is_swap", disk):
        yield words.SWAP
    for holder in _listed(facts, "block.holders", disk):
        yield words.held(disk, holder)


def _nic(facts: FactTable, nic: str) -> Iterator[str]:
    if facts.value("nic.has_default_route", nic):
        yield words.routed(nic)
    master = facts.value("nic.master", nic)
    for upper in dict.fromkeys([*_listed(facts, "nic.uppers", nic), *([str(master)] if master else [])]):
        yield words.part_of(nic, upper)


def _listed(facts: FactTable, name: str, subject: str) -> list[str]:
    value = facts.value(name, subject)
    return str(value).split(",") if value else []
