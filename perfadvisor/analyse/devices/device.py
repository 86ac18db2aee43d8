"""One PCI function, as the facts of its machine describe it."""

from collections.abc import Mapping
from dataclasses import dataclass

from perfadvisor.model.absence import AbsenceReason
from perfadvisor.model.fact import Absent, FactTable

REQUIRED_ACS = ("SV", "RR", "CR", "UF")
"""What keeps peers apart: source validation, request and completion redirect, upstream forwarding (REQ_ACS_FLAGS)."""

_MOST_PORTS = 32
# What class codes begin with, where only their names were read (pci.ids): for bridges whole, else the base class.
_BRIDGES = {
    "host bridge": "0x0600",
    "pci bridge": "0x0604",
    "cardbus bridge": "0x0607",
    "semi-transparent pci-to-pci bridge": "0x0609",
}
_BASES = {"is_bridge": "0x06", "is_network": "0x02", "is_storage": "0x01"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Port:
    """A port above the function: the services that keep peers apart and are not on; None where that is not known."""

    address: str
    missing_acs: tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """What is known of one function; None is unknown, "" is none. `mates` are the other devices of its IOMMU group,
    `ports` those above it, the nearest first, `bars` the sizes of its memory windows in bytes, by register. A
    `class_code` that was not read is the beginning that the name tells. `disputed`: a function that names the same
    group is not in that group's list, so that nothing is known of the mates."""

    address: str
    class_name: str
    class_code: str
    ids: str
    driver: str | None
    group: str | None
    mates: tuple[str, ...]
    disputed: bool
    node: int | None
    near_cpus: str | None
    vectors: int | None
    bars: Mapping[int, int] | None
    resets: str | None
    has_reset: bool | None
    total_vfs: int | None
    vfs: int | None
    physical: str | None
    ports: tuple[Port, ...]

    def __str__(self) -> str:
        driver = "driver unknown" if self.driver is None else self.driver or "no driver"
        return f"{self.address} ({self.class_name or 'unknown class'}, {driver})"


def devices(facts: FactTable) -> dict[str, Device]:
    """Every function of the machine, by address."""
    groups, disputed = _groups(facts), _disputed(facts)
    return {address: _device(facts, address, groups, disputed) for address in facts.subjects("pci")}


def _groups(facts: FactTable) -> dict[str, tuple[str, ...]]:
    """Group -> its members: as the kernel lists them, and as the functions name them."""
    found: dict[str, set[str]] = {}
    for number, members in facts.of("iommu_group.members").items():
        found.setdefault(number, set()).update(str(members).split(","))
    for address, group in facts.of("pci.iommu_group").items():
        found.setdefault(str(group), set()).add(address)
    return {group: tuple(sorted(members)) for group, members in found.items()}


def _disputed(facts: FactTable) -> frozenset[str]:
    """Groups whose list leaves out a function that names them: lists of two machines, or of two moments."""
    listed = {group: str(members).split(",") for group, members in facts.of("iommu_group.members").items()}
    named = ((address, str(group)) for address, group in facts.of("pci.iommu_group").items())
    return frozenset(group for address, group in named if address not in listed.get(group, (address,)))


def _device(facts: FactTable, address: str, groups: Mapping[str, tuple[str, ...]], disputed: frozenset[str]) -> Device:
    group, total = _text(facts, "iommu_group", address), _integer(facts, "sriov_total_vfs", address)
    vendor, device = (_text(facts, name, address) or "" for name in ("vendor", "device_id"))
    name = _text(facts, "class_name", address) or ""
    node = _integer(facts, "numa_node", address)
    local = facts.value("node.cpu_list", str(node)) if node is not None else None
    return Device(
        address=address,
        class_name=name,
        class_code=_text(facts, "class", address) or _code_by_name(facts, address, name),
        ids=f"{vendor.removeprefix('0x')}:{device.removeprefix('0x')}" if vendor and device else "",
        driver=_driver(facts, address),
        group=group,
        mates=tuple(mate for mate in groups.get(group or "", ()) if mate != address and group not in disputed),
        disputed=group in disputed,
        node=node,
        near_cpus=str(local) if local is not None else None,
        vectors=_integer(facts, "msix_table_size", address),
        bars=_bars(_text(facts, "bars", address)),
        resets=_text(facts, "reset_methods", address),
        has_reset=_boolean(facts, "has_reset", address),
        total_vfs=total,
        vfs=_integer(facts, "sriov_num_vfs", address),
        physical=_text(facts, "physical_function", address),
        ports=_ports(facts, address),
    )


def _code_by_name(facts: FactTable, address: str, name: str) -> str:
    base = next((code for kind, code in _BASES.items() if _boolean(facts, kind, address)), "")
    return _BRIDGES.get(name.lower(), base)


def _text(facts: FactTable, name: str, address: str) -> str | None:
    value = facts.value(f"pci.{name}", address)
    return value if isinstance(value, str) else None


def _integer(facts: FactTable, name: str, address: str) -> int | None:
    value = facts.value(f"pci.{name}", address)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _boolean(facts: FactTable, name: str, address: str) -> bool | None:
    value = facts.value(f"pci.{name}", address)
    return value if isinstance(value, bool) else None


def _driver(facts: FactTable, address: str) -> str | None:
    """ "" only where drivers were read and it has none: then it is known whether VFIO holds it."""
    driver = _text(facts, "driver", address)
    return "" if driver is None and _boolean(facts, "vfio_bound", address) is not None else driver


def _bars(text: str | None) -> dict[int, int] | None:
    if text is None:
        return None
    pairs = (part.split(":") for part in text.split(",") if ":" in part)
    return {int(place): int(size) for place, size in pairs}


def _ports(facts: FactTable, address: str) -> tuple[Port, ...]:
    found: list[Port] = []
    above = _text(facts, "upstream_port", address)
    while above and len(found) < _MOST_PORTS:
        found.append(Port(address=above, missing_acs=_missing_acs(facts, above)))
        above = _text(facts, "upstream_port", above)
    return tuple(found)


def _missing_acs(facts: FactTable, port: str) -> tuple[str, ...] | None:
    """A switch's upstream port needs none: the ports below it decide (drivers/pci/pci.c, pci_acs_enabled)."""
    if _text(facts, "express_type", port) == "upstream port":
        return ()
    found = facts.find("pci.acs", port)
    if found is None or isinstance(found, Absent):
        return REQUIRED_ACS if found and found.why is AbsenceReason.NO_CAPABILITY else None
    on = str(found.value).split()
    return tuple(name for name in REQUIRED_ACS if name not in on)
