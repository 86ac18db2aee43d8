"""`virsh nodedev-dumpxml` of every PCI function against `perfadvisor devices --format json`, by none of its readers."""

import json
import re
from typing import Any
from xml.etree import ElementTree

Said = dict[str, Any]


def differences(xml: str, said: str) -> list[str]:
    """Where the two disagree: each as "ADDRESS what: THEIRS, not OURS"."""
    ours = functions(json.loads(said))
    found = [f"{address}: not listed" for address in _theirs(xml) if address not in ours]
    for address, theirs in _theirs(xml).items():
        mine = ours.get(address, {})
        found += [
            f"{address} {what}: {value}, not {mine[what]}"
            for what, value in theirs.items()
            if what in mine and mine[what] != value
        ]
    return found


def functions(value: Any) -> dict[str, Said]:
    """Every function of the answer, by its address."""
    if isinstance(value, dict) and "address" in value:
        return {value["address"]: value}
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {address: one for part in inside for address, one in functions(part).items()}


def _theirs(xml: str) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for text in re.findall(r"<device>.*?</device>", xml, re.DOTALL):
        device = ElementTree.fromstring(text)
        pci = device.find("capability[@type='pci']")
        if pci is not None:
            address = _address({name: pci.findtext(name, "0") for name in ("domain", "bus", "slot", "function")})
            found[address] = _of(device, pci, address)
    return found


def _of(device: ElementTree.Element, pci: ElementTree.Element, address: str) -> Said:
    group, node, functions = pci.find("iommuGroup"), pci.find("numa"), pci.find("capability[@type='virt_functions']")
    physical = pci.find("capability[@type='phys_function']/address")
    mates = [_address(one.attrib) for one in pci.iterfind("iommuGroup/address")]
    ids = [pci.find(name) for name in ("vendor", "product")]
    return {
        "driver": device.findtext("driver/name", ""),
        "ids": ":".join(one.get("id", "")[2:] for one in ids if one is not None),
        "group": group.get("number") if group is not None else None,
        "group_mates": sorted(mate for mate in mates if mate != address),
        "node": int(node.get("node", "-1")) if node is not None else None,
        "total_vfs": int(functions.get("maxCount", "0")) if functions is not None else None,
        "vfs": len(functions.findall("address")) if functions is not None else None,
        "physical_function": _address(physical.attrib) if physical is not None else None,
    }


def _address(parts: dict[str, str]) -> str:
    domain, bus, slot, function = (int(parts[name], 0) for name in ("domain", "bus", "slot", "function"))
    return f"{domain:04x}:{bus:02x}:{slot:02x}.{function:x}"
