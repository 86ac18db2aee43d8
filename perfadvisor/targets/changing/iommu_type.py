"""The kind of translation that the kernel's own DMA of a group goes through, which changes only while no driver has it.

Documentation/ABI/testing/sysfs-kernel-iommu_groups, "type" (since 5.11).
"""

from collections.abc import Mapping
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing import attribute
from perfadvisor.targets.changing.pci_driver import driver_of


def set_type(group: Path, wanted: str, drivers: Mapping[str, str]) -> None:
    """Write the type of this group's directory in sysfs; `drivers` are those its functions (their directories) have
    afterwards, whatever became of the type, "" for none. Doing it twice is harmless.

    MeasureError where the kernel does not take the type, or a driver does not take its function."""
    here = {Path(name): driver for name, driver in drivers.items() if Path(name).is_dir()}
    refusal = ""
    if (group / "type").exists() and (group / "type").read_text().strip() != wanted:
        for function in here:
            if driver_of(function):
                attribute.write(function / "driver" / "unbind", function.name)
        refusal = _written(group / "type", wanted)
    for function, driver in here.items():
        if driver and driver_of(function) != driver:
            attribute.write(function.parent.parent / "drivers_probe", function.name)
    lost = [f"{function.name}: {driver}" for function, driver in here.items() if driver_of(function) != driver]
    if lost:
        raise MeasureError(f"not driven as before any more: {', '.join(lost)}", "see dmesg")
    if refusal:
        raise MeasureError(refusal, "see dmesg")


def _written(file: Path, wanted: str) -> str:
    """Why the kernel did not take it; "" where it did."""
    try:
        attribute.write(file, wanted)
    except OSError as error:
        return f"the kernel does not make IOMMU group {file.parent.name} {wanted}: {error.strerror}"
    now = file.read_text().strip()
    return "" if now == wanted else f"IOMMU group {file.parent.name} is {now} after {wanted} was written"
