"""What a PCI function is called: by the kernel, by lspci's output, by the list of ids, or by its class."""

from perfadvisor.model.fact import FactTable
from perfadvisor.packs.pci_ids import device_name


def names_at(table: FactTable, address: str) -> list[str]:
    """What the kernel calls the disks and interfaces of a function."""
    kinds = ("block.pci_address", "nic.pci_address")
    return sorted(name for kind in kinds for name in table.holders(kind, address))


def described(table: FactTable, address: str) -> str:
    """What the function is: as lspci names it, as the list of ids says of its vendor and device, or its class."""
    said = table.value("pci.description", address)
    ids = (table.value("pci.vendor", address), table.value("pci.device_id", address))
    listed = device_name(*map(str, ids)) if None not in ids else ""
    return str(said or listed or table.value("pci.class_name", address) or "")


def introduced(table: FactTable, address: str) -> str:
    """`0000:81:00.0 (ens3f0, Intel Corporation X710)`: for a place that names functions beside others."""
    known = ", ".join(filter(None, (*names_at(table, address), described(table, address))))
    return f"{address} ({known})" if known else address
