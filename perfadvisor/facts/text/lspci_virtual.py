"""Which functions of an lspci text are virtual ones of another."""

import re
from collections.abc import Iterator, Sequence

from perfadvisor.facts.pci.address import is_address
from perfadvisor.facts.pci.config_space import ConfigSpace
from perfadvisor.facts.text.lspci_parse import ListedDevice
from perfadvisor.facts.text.lspci_places import Spaces

_ENABLED = re.compile(r"Number of VFs: ([0-9]{1,5})")
_PLACES = re.compile(r"([0-9]{1,5}), stride: ([0-9]{1,5})")
_LANES = re.compile(r"Width x[1-9]")


def virtual(found: Sequence[ListedDevice], spaces: Spaces) -> dict[str, str | bool | None]:
    """Address -> the physical function, True for a virtual one whose physical one is not shown, False, or None.

    None where the text does not tell. A virtual function has no link status (SR-IOV 3.5.8) and always the Express
    capability, so a function with lanes in use, or with capabilities and none of that kind, is not a virtual one; nor
    is a bridge."""
    claimed = {one: device.address for device in found for one in _claims(device, spaces[device.address])}
    return {device.address: claimed.get(device.address) or _alone(device) for device in found}


def _alone(device: ListedDevice) -> bool | None:
    if "virtual function" in device.head.lower():
        return True
    express = any(title.startswith("Express") for title in device.capabilities)
    other = bool(device.capabilities) and not express and not device.denied
    lanes = _LANES.search(device.registers.get("LnkSta", ""))
    return False if lanes or other or "Bus" in device.lines else None


def _claims(device: ListedDevice, space: ConfigSpace | None) -> Iterator[str]:
    """The addresses of the enabled virtual functions of a physical one: its routing id, an offset, then a stride."""
    if not is_address(device.address):  # a damaged text may call anything a slot
        return
    domain, bus, rest = device.address.split(":")
    slot, function = rest.split(".")
    own = int(bus, 16) << 8 | int(slot, 16) << 3 | int(function)
    count, offset, stride = _enabled(device, space)
    for number in range(count):
        id = own + offset + number * stride
        if id >= 1 << 16:
            return
        yield f"{domain}:{id >> 8:02x}:{id >> 3 & 0x1F:02x}.{id & 7}"


def _enabled(device: ListedDevice, space: ConfigSpace | None) -> tuple[int, int, int]:
    """How many, the first one's offset and the stride, from the text or else the dump."""
    enabled = _ENABLED.search(device.registers.get("Initial VFs", ""))
    places = _PLACES.match(device.registers.get("VF offset", ""))
    if enabled and places:
        return int(enabled.group(1)), int(places.group(1)), int(places.group(2))
    sriov = space.sriov if space else None
    return (sriov.num_vfs, sriov.offset, sriov.stride) if sriov and sriov.enabled else (0, 0, 0)
