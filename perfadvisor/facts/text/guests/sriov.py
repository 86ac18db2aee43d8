"""SriovNetworkNodeState, which the SR-IOV network operator keeps of each node: adapters and their virtual functions."""

import re
from collections.abc import Iterator, Mapping

from perfadvisor.facts.net import network, nic_spec
from perfadvisor.facts.pci import pci
from perfadvisor.facts.reading.reader import number
from perfadvisor.facts.reading.yamltext import Value
from perfadvisor.model.fact import Absent, Fact, FactSpec, Scalar

KIND = "SriovNetworkNodeState"
_SPEED = re.compile(r"([0-9]{1,9}) ?Mb/s")
_ADDRESS = re.compile(r"[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")


def facts(one: Mapping[str, Value], source: str) -> Iterator[Fact | Absent]:
    """Each adapter that the node reports (status.interfaces)."""
    status = one.get("status")
    interfaces = status.get("interfaces") if isinstance(status, dict) else None
    for each in interfaces if isinstance(interfaces, list) else ():
        told = {key: str(value) for key, value in each.items()} if isinstance(each, dict) else {}
        address = told.get("pciAddress", "")
        if _ADDRESS.fullmatch(address):
            yield from _adapter(told, address, source)


def _adapter(told: Mapping[str, str], address: str, source: str) -> Iterator[Fact | Absent]:
    total = number(told.get("totalvfs"))
    of_function: dict[FactSpec, Scalar | None] = {
        pci.TOTAL_VFS: total,
        pci.NUM_VFS: number(told.get("numVfs")) or (0 if total else None),  # left out where it is 0 (omitempty)
        pci.DRIVER: told.get("driver"),
        pci.VENDOR: f"0x{told['vendor']}" if re.fullmatch(r"[0-9a-f]{4}", told.get("vendor", "")) else None,
    }
    for spec, value in of_function.items():
        yield spec.given(value, source=source, subject=address, reason="the operator does not say")
    nic, speed = told.get("name", ""), _SPEED.fullmatch(told.get("linkSpeed", ""))
    of_interface: dict[FactSpec, Scalar | None] = {
        network.PCI: address,
        nic_spec.DRIVER: told.get("driver"),
        network.MTU: number(told.get("mtu")),
        nic_spec.SPEED: int(speed[1]) * 1_000_000 if speed else None,
    }
    for spec, value in of_interface.items() if nic else ():
        yield spec.given(value, source=source, subject=nic, reason="the operator does not say")
