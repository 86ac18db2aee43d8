"""Virtual functions and what VFIO holds: each with its device, driver, node, group and the guest it is in."""

from perfadvisor.model.fact import FactTable
from perfadvisor.report.device_names import described, introduced, names_at

COLUMNS = ("Virtual function of", "Driver", "Node", "IOMMU group", "In guest")


def lent_functions(table: FactTable) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """(address, what it is, a text per column) of every virtual function and every function that VFIO holds."""
    virtual = {at for at, known in table.of("pci.is_vf").items() if known is True}
    held = {at for at, known in table.of("pci.vfio_bound").items() if known is True}
    return tuple((at, _what(table, at), _texts(table, at)) for at in sorted(virtual | held))


def _what(table: FactTable, address: str) -> str:
    return ", ".join(filter(None, (*names_at(table, address), described(table, address))))


def _texts(table: FactTable, address: str) -> tuple[str, ...]:
    owner = table.value("pci.physical_function", address)
    guests = [
        str(table.value("vm_hostdev.domain", one) or one) for one in table.holders("vm_hostdev.pci_address", address)
    ]
    known = [table.value(f"pci.{name}", address) for name in ("driver", "numa_node", "iommu_group")]
    words = ["" if value is None else str(value) for value in known]
    return introduced(table, str(owner)) if owner else "", *words, ", ".join(guests)
