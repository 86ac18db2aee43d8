"""The IOMMU group of a PCI function, read from the running machine: who is in it, and who drives whom.

Functions of one group cannot be kept apart by the IOMMU, so they change hands together
(Documentation/driver-api/vfio.rst, "Groups, Devices, and IOMMUs").
"""

import re
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.analyse.devices.words import SWITCH_ON, TRANSPARENT_BRIDGES, no_group
from perfadvisor.errors import InputError, MeasureError

ROOT = Path("/")
DEVICES = "sys/bus/pci/devices"
BRIDGE = "0x06"  # base class of bridges, host bridges among them: the kernel keeps those itself
VFIO = "vfio-pci"
_ADDRESS = re.compile(r"(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")


@dataclass(frozen=True, kw_only=True)
class Function:
    """One PCI function: its address, its directory in sysfs, its driver ("" for none), its class ("0x010802")."""

    address: str
    folder: Path
    driver: str
    device_class: str

    @property
    def holds_group(self) -> bool:
        """Whether its driver keeps the whole group from VFIO: any but VFIO's own, and those of PCI bridges, which do no
        DMA of their own. An ISA bridge with a driver does keep it."""
        return self.driver not in ("", VFIO, "pci-stub") and not self.device_class.startswith(TRANSPARENT_BRIDGES)

    @property
    def is_bridge(self) -> bool:
        """Bridges stay with the kernel: a group with bridges is viable (vfio_iommu.c, vfio_dev_viable)."""
        return self.device_class.startswith(BRIDGE)

    def __str__(self) -> str:
        return f"{self.address} ({self.driver or 'no driver'})"


@dataclass(frozen=True, kw_only=True)
class PciGroup:
    """An IOMMU group: its number and its members, sorted by address."""

    number: int
    members: tuple[Function, ...]

    @property
    def devices(self) -> tuple[Function, ...]:
        """Those that change hands: all but the bridges."""
        return tuple(member for member in self.members if not member.is_bridge)


def is_address(text: str) -> bool:
    """Whether the text is a PCI address, with or without its domain."""
    return _ADDRESS.fullmatch(text.strip().lower()) is not None


def full_address(text: str) -> str:
    """An address with its domain: "01:00.0" is "0000:01:00.0". InputError for what is none."""
    address = text.strip().lower()
    if not _ADDRESS.fullmatch(address):
        raise InputError(f"{text!r} is not a PCI address", "as in 0000:01:00.0: see lspci -D")
    return address if address.count(":") == 2 else f"0000:{address}"


def function(address: str, root: Path = ROOT) -> Function:
    """The function of this machine. InputError where there is none."""
    folder = root / DEVICES / full_address(address)
    if not folder.is_dir():
        raise InputError(f"{address}: no such PCI function here", "see lspci -D")
    driver = folder / "driver"
    return Function(
        address=folder.name,
        folder=folder,
        device_class=text_of(folder / "class"),
        driver=driver.resolve().name if driver.exists() else "",
    )


def group_of(address: str, root: Path = ROOT) -> PciGroup:
    """The function's group. MeasureError, with what to switch on, where there is no IOMMU."""
    link = function(address, root).folder / "iommu_group"
    if not link.exists():
        raise MeasureError(
            no_group(address),
            SWITCH_ON,
        )
    folder = link.resolve()
    names = sorted(entry.name for entry in (folder / "devices").iterdir())
    return PciGroup(number=int(folder.name), members=tuple(function(name, root) for name in names))


def text_of(file: Path) -> str:
    """The file's text without surrounding white space, "" where it cannot be read."""
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""
