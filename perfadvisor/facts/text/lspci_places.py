"""Where the functions of an lspci text lie among one another: which bridge leads to which bus."""

import re
from collections.abc import Sequence

from perfadvisor.facts.pci.config_space import ConfigSpace
from perfadvisor.facts.pci.link import LinkPlace
from perfadvisor.facts.text.lspci_parse import ListedDevice

_BUS = re.compile(r"primary=[0-9a-f]{2}, secondary=([0-9a-f]{2}), subordinate=[0-9a-f]{2}", re.IGNORECASE)
_EXPRESS = re.compile(r"Express(?: \(v[0-9]\))? ([A-Za-z/-]+(?: [A-Z][A-Za-z/-]+)*)")
_LINK_BELOW = ("Root Port", "Downstream Port", "PCI/PCI-X to PCI-Express Bridge")
_PORT_TYPES = {4: "Root Port", 5: "Upstream Port", 6: "Downstream Port", 8: "PCI/PCI-X to PCI-Express Bridge"}
_INSIDE_ROOT = ("Root Port", "Root Complex Integrated Endpoint", "Root Complex Event Collector")
_DEEPEST = 64
ABOVE = "the port above it is not in this text"

Spaces = dict[str, ConfigSpace | None]


def express_type(device: ListedDevice, space: ConfigSpace | None) -> str:
    """ "Endpoint", "Root Port", ... as lspci calls them; "" where it is not PCI Express, or is not shown."""
    for title in device.capabilities:
        match = _EXPRESS.match(title)
        if match:
            return match.group(1)
    if space and space.express:
        return _PORT_TYPES.get(space.express.port_type, "Endpoint")
    return ""


def places(devices: Sequence[ListedDevice], spaces: Spaces, source: str) -> dict[str, LinkPlace]:
    """Every function's place. A bus is a root's own where its functions show it, or where it is bus 0; above any other
    a bridge that was not printed may lie."""
    bridges = {bus: device.address for device in devices if (bus := _secondary(device)) is not None}
    roots = {_bus(device.address) for device in devices if _is_root(device, spaces[device.address])}
    return {device.address: _place(device, spaces[device.address], bridges, roots, source) for device in devices}


def _place(
    device: ListedDevice, space: ConfigSpace | None, bridges: dict[str, str], roots: set[str], source: str
) -> LinkPlace:
    chain = [device.address]
    while (above := bridges.get(_bus(chain[0]))) and above not in chain and len(chain) < _DEEPEST:
        chain.insert(0, above)
    whole = _bus(chain[0]) in roots or _bus(chain[0]).endswith(":00")
    kind = express_type(device, space)
    partner = chain[-2] if kind and kind not in _LINK_BELOW and len(chain) > 1 else None
    return LinkPlace(chain=tuple(chain), partner=partner, source=source, why="" if whole else ABOVE)


def _bus(address: str) -> str:
    return address.rpartition(":")[0]


def _secondary(device: ListedDevice) -> str | None:
    """The bus below a bridge, with its domain: from its line, or from byte 19h of its dump (header type 1)."""
    match = _BUS.match(device.lines.get("Bus", ""))
    number = int(match.group(1), 16) if match else 0
    if not match and len(device.config) >= 0x1A and device.config[0x0E] & 0x7F == 1:
        number = device.config[0x19]
    return f"{device.address.split(':')[0]}:{number:02x}" if number else None


def _is_root(device: ListedDevice, space: ConfigSpace | None) -> bool:
    return express_type(device, space) in _INSIDE_ROOT or device.head.startswith("Host bridge")
