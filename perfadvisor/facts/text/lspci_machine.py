"""What an lspci text tells of the machine it was made on: a guest shows devices that exist in software only."""

import re
from collections.abc import Iterator, Sequence

from perfadvisor.facts.machine import environment
from perfadvisor.facts.pci import classes
from perfadvisor.facts.text.lspci_parse import ListedDevice
from perfadvisor.facts.text.lspci_places import Spaces, express_type
from perfadvisor.model.fact import Absent, Fact
from perfadvisor.model.workload import EnvironmentKind

# Names in pci.ids of devices that hypervisors make up, and their ids where lspci printed those (-n, -nn).
_VIRTUAL = re.compile(
    r"\bVirtio\b|\bQEMU\b|\bQXL\b|\bVMware\b|\bVirtualBox\b|\bHyper-V\b|XenSource|Xen Platform|\bParallels\b|bochs"
    r"|(?<![0-9a-f])(?:1af4|1b36|1234|15ad|1414|80ee|5853|1ab8):[0-9a-f]{4}(?![0-9a-f])",
    re.IGNORECASE,
)
# Real devices whose copies hypervisors make, by their names in pci.ids; the same list as `passthrough` has by number.
_EMULATED = re.compile(
    r"82540EM|82545EM|82574L|82557|82371|82801I|82443|82441|RTL-8029|RTL-8139|79c970|53c8[0-9]{2}|53c1030|SAS1068"
    r"|MegaRAID SAS|GD 5446|BusLogic|BT-946C",
    re.IGNORECASE,
)
_MOVERS = (classes.NETWORK, classes.STORAGE, classes.DISPLAY, classes.ACCELERATOR)
_REASON = "an excerpt does not tell whether this is a guest"


def facts(found: Sequence[ListedDevice], spaces: Spaces, source: str) -> Iterator[Fact | Absent]:
    """The kind of machine. Without a made-up device it is bare metal where ports of the root complex are shown."""
    yield environment.KIND.given(_kind(found, spaces), source=source, reason=_REASON)


def _kind(found: Sequence[ListedDevice], spaces: Spaces) -> str | None:
    if any(_is_virtual(device) for device in found):
        given = any(_is_hardware(device) for device in found)
        return (EnvironmentKind.PASSTHROUGH_VM if given else EnvironmentKind.VM).value
    ports = any(express_type(device, spaces[device.address]) == "Root Port" for device in found)
    return EnvironmentKind.BARE_METAL.value if ports else None


def _is_virtual(device: ListedDevice) -> bool:
    names = (device.head, *(device.lines.get(key, "") for key in ("Subsystem", "Vendor", "SVendor", "Device")))
    return any(_VIRTUAL.search(name) for name in names)


def _is_hardware(device: ListedDevice) -> bool:
    base = classes.base_of_name(re.sub(r" ?\[[0-9a-f]{4}\]", "", device.head.partition(": ")[0]))
    return base in _MOVERS and not _is_virtual(device) and not _EMULATED.search(device.head)
