"""MSI-X vectors and memory windows as lspci prints them."""

import re
from collections.abc import Iterator

from perfadvisor.facts.pci.assignable import BARS, EXPRESS_TYPE, VECTORS, express_type
from perfadvisor.facts.pci.config_space import ConfigSpace
from perfadvisor.facts.reading import sizes
from perfadvisor.facts.text.lspci_parse import ListedDevice
from perfadvisor.model.fact import Absent, Fact

_VECTORS = re.compile(r"MSI-X: .*Count=([0-9]{1,4})\b")
_SIZE = re.compile(r"\[size=([0-9]{1,6})([KMGT]?)\]")
_REGISTERS = 6
# As lspci titles the capability (pciutils, ls-caps.c, cap_express).
_TITLE = re.compile(r"Express \(v[0-9]\) (.*?)(?:, | \(|$)")
_TITLES = {
    "Endpoint": "endpoint", "Legacy Endpoint": "legacy endpoint", "Root Port": "root port",
    "Upstream Port": "upstream port", "Downstream Port": "downstream port",
    "PCI-Express to PCI/PCI-X Bridge": "PCIe to PCI bridge", "PCI/PCI-X to PCI-Express Bridge": "PCI to PCIe bridge",
    "Root Complex Integrated Endpoint": "integrated endpoint", "Root Complex Event Collector": "event collector",
}  # fmt: skip


def facts(device: ListedDevice, space: ConfigSpace | None, source: str) -> Iterator[Fact | Absent]:
    """All of one function."""
    titles = [_TITLES.get(match.group(1)) for title in device.capabilities if (match := _TITLE.match(title))]
    if titles and titles[0]:
        yield EXPRESS_TYPE.fact(titles[0], source=source, subject=device.address)
    else:
        yield express_type(space, source, device.address)
    counts = [int(match.group(1)) for title in device.capabilities if (match := _VECTORS.match(title))]
    decoded = (space.msix_vectors or 0) if space and space.whole else None
    listed = counts[0] if counts else 0 if is_whole(device) else None
    vectors = decoded if listed is None else listed
    reason = "takes -vv, as root, and a listing that is not shortened"
    yield VECTORS.given(vectors, source=source, subject=device.address, reason=reason)
    sizes = ",".join(f"{place}:{size}" for place in range(_REGISTERS) if (size := _size(device, place)))
    yield BARS.given(sizes or None, source=source, subject=device.address, reason="takes -v")


def is_express(device: ListedDevice) -> bool:
    """Whether its PCI Express capability is listed."""
    return any(title.startswith("Express") for title in device.capabilities)


def is_whole(device: ListedDevice) -> bool:
    """Whether all capabilities are listed: power management, which nearly every function has, is among them, and the
    driver, which lspci prints below them, follows. People leave capabilities out of what they paste."""
    titles = any(title.startswith("Power Management") for title in device.capabilities)
    return titles and not device.denied and any(key.startswith("Kernel ") for key in device.lines)


def _size(device: ListedDevice, place: int) -> int | None:
    match = _SIZE.search(device.lines.get(f"Region {place}", ""))
    return sizes.qemu(f"{match.group(1)}{match.group(2)}", default="B") if match else None
