"""What a NIC's physical function decides for its virtual ones: source check, trust, rate, and who has each."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from perfadvisor.facts.net.nic_settings import NET
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature, Scalar, SpecMaker
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

LINKS = "netlink:route/links"
MEGABIT = 1_000_000
PATTERNS = (LINKS, f"{NET}/*/device/virtfn*", f"{NET}/*/device/virtfn*/driver")
MOST = 4096  # virtual functions of all NICs together


_spec = SpecMaker("nic_vf", Nature.SETTING)


NIC = _spec("nic", str, "interface of its physical function", refers_to="nic", nature=Nature.IDENTITY)
PCI = _spec("pci_address", str, "its PCI function", refers_to="pci", nature=Nature.IDENTITY)
FOR_GUEST = _spec("for_guest", bool, "whether it is kept for a guest (bound to vfio-pci)")
SPOOF = _spec("spoof_check", bool, "whether only packets with its own address leave")
TRUSTED = _spec("trusted", bool, "whether it may change its address and hear all packets")
RATE = _spec("tx_bits_per_s_max", int, "rate it may send at; 0 for no limit", Unit.BITS_PER_SECOND)
CATALOGUE = (NIC, PCI, FOR_GUEST, SPOOF, TRUSTED, RATE)
_NOT_TOLD = "the driver of the physical function does not tell"


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Of every virtual function that a NIC of this machine tells of; its subject is INTERFACE/NUMBER."""
    for _, (nic, one) in zip(range(MOST), _functions(tree), strict=False):
        number = one.get("vf")
        if isinstance(number, int):
            yield from _of_one(tree, nic, number, one)


def _functions(tree: Tree) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        links = json.loads(tree.read(LINKS) or b"[]")
        found = [(link["ifname"], one) for link in links for one in link.get("vfs", ()) if isinstance(one, dict)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return
    yield from found


def _of_one(tree: Tree, nic: str, number: int, one: Mapping[str, Any]) -> Iterator[Fact | Absent]:
    subject, link = f"{nic}/{number}", f"{NET}/{nic}/device/virtfn{number}"
    address = tree.link_name(link)
    driver = tree.link_name(f"{link}/driver")
    rate = one.get("max_tx_megabits")
    values: dict[FactSpec, Scalar | None] = {
        NIC: nic,
        PCI: address,
        FOR_GUEST: driver == "vfio-pci" if address else None,
        SPOOF: _flag(one.get("spoof_check")),
        TRUSTED: _flag(one.get("trusted")),
        RATE: rate * MEGABIT if isinstance(rate, int) else None,
    }
    for spec, value in values.items():
        yield spec.given(value, source=link if spec in (PCI, FOR_GUEST) else LINKS, subject=subject, reason=_NOT_TOLD)


def _flag(value: object) -> bool | None:
    return bool(value) if isinstance(value, int) else None
