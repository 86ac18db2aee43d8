"""Can a PCI function be passed through on this machine; if not, exactly why, and what would change it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from perfadvisor.analyse.devices import carries, words
from perfadvisor.analyse.devices.device import Device, devices
from perfadvisor.model.fact import FactTable

BRIDGES = "0x06"
_VIRTUAL = ("vm", "passthrough-vm")
_OVERRIDE = (
    "the kernel patch pcie_acs_override would split the group, but only pretends an isolation that the hardware does "
    "not enforce: a guest's device could read and write the memory of the others past the IOMMU"
)


class Possible(StrEnum):
    """`UNKNOWN`: nothing stands against it, but what was read does not show everything that could."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Obstacle:
    """One reason why not, and what would change it."""

    why: str
    change: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PassthroughAnswer:
    """The whole answer for one function: `unknown` is what was not read, `risks` what to weigh before handing it out,
    `carries` what rests on it now."""

    device: Device
    possible: Possible
    obstacles: tuple[Obstacle, ...]
    unknown: tuple[str, ...]
    risks: tuple[str, ...]
    carries: tuple[str, ...]


def answers(facts: FactTable, held: Mapping[str, tuple[str, ...]] | None = None) -> tuple[PassthroughAnswer, ...]:
    """One per function, by address. `held` has further reasons, by address, which only the living machine shows (an
    open device node)."""
    found = devices(facts)
    return tuple(_answer(facts, device, found, (held or {}).get(address, ())) for address, device in found.items())


def _answer(facts: FactTable, device: Device, found: Mapping[str, Device], held: tuple[str, ...]) -> PassthroughAnswer:
    rests = carries.carried(facts, device)
    if device.class_code.startswith(BRIDGES):
        stays = Obstacle(why=words.BRIDGE, change="name what lies behind it")
        return PassthroughAnswer(
            device=device, possible=Possible.NO, obstacles=(stays,), unknown=(), risks=(), carries=rests
        )
    obstacles = tuple(_obstacles(facts, device, found, tuple(dict.fromkeys([*rests, *held]))))
    unknown = () if obstacles else tuple(_unknown(facts, device))
    possible = Possible.NO if obstacles else Possible.UNKNOWN if unknown else Possible.YES
    risks = tuple(_risks(facts, device, found)) if device.group else ()
    return PassthroughAnswer(
        device=device, possible=possible, obstacles=obstacles, unknown=unknown, risks=risks, carries=rests
    )


def _obstacles(
    facts: FactTable, device: Device, found: Mapping[str, Device], rests: tuple[str, ...]
) -> Iterator[Obstacle]:
    if device.group is None and facts.value("iommu.present") is not None:
        yield Obstacle(why=words.no_group(device.address), change=_switch_on(facts))
    others = _others(device, found)
    if others:
        yield Obstacle(
            why=words.shared_group(device.group or "", ", ".join(others)),
            change=f"{words.NAME_THEM}, or move the card to another slot; {_OVERRIDE}",
        )
    if device.group and facts.value("iommu.interrupt_remapping") is False and not facts.value("vfio.unsafe_interrupts"):
        yield Obstacle(why=words.NO_REMAPPING, change=words.REMAPPING_ON)
    for reason in rests:
        yield Obstacle(why=reason, change=_freeing(reason, device))
    if device.has_reset is False and words.NO_RESET not in rests:
        yield Obstacle(why=words.NO_RESET, change=_freeing(words.NO_RESET, device))


def _switch_on(facts: FactTable) -> str:
    return words.SWITCH_ON_IN_GUEST if facts.value("environment.kind") in _VIRTUAL else words.SWITCH_ON


def _others(device: Device, found: Mapping[str, Device]) -> tuple[str, ...]:
    """Those of the group that a driver of this machine holds. Host and PCI bridges may stay with theirs."""
    mates = [found[mate] for mate in device.mates if mate in found]
    drivers = ("", "vfio-pci", "pci-stub", None)
    return tuple(str(mate) for mate in mates if mate.driver not in drivers and not _stays(mate))


def _stays(mate: Device | None) -> bool:
    return mate is not None and mate.class_code.startswith(words.TRANSPARENT_BRIDGES)


def _freeing(reason: str, device: Device) -> str:
    """The step that removes one thing that rests on it."""
    if reason == words.NO_RESET:
        return "nothing here; another slot (a bus reset of its own) or another firmware may"
    if reason == words.active_functions(device.vfs or 0):
        return words.WITH_VFS
    if reason == words.SWAP:
        return "swapoff it"
    if reason.startswith("its disk is mounted on "):
        return f"umount {reason.removeprefix('its disk is mounted on ')}, unless the machine runs from it"
    if reason.startswith("its interface "):
        return "move the traffic to another interface first"
    return "end what uses it"


def _unknown(facts: FactTable, device: Device) -> Iterator[str]:
    if device.group is None:
        yield "whether there is an IOMMU was not read"
    elif facts.value("iommu.interrupt_remapping") is None:
        yield "whether interrupts are remapped was not read"
    if device.disputed:
        yield words.DISPUTED
    if device.driver is None:
        yield "its driver was not read"
    if device.has_reset is None:
        yield "whether it can be reset was not read"
    if why := carries.unknown(facts, device):
        yield why


def _risks(facts: FactTable, device: Device, found: Mapping[str, Device]) -> Iterator[str]:
    if device.driver == "vfio-pci":
        yield "vfio-pci is bound to it already: another process may be about to use it"
    shared = [str(found[mate]) if mate in found else mate for mate in device.mates if not _stays(found.get(mate))]
    if shared:
        yield f"shares IOMMU group {device.group} with {', '.join(shared)}: nothing keeps them apart"
    for port in device.ports:
        if port.missing_acs:
            missing = " ".join(port.missing_acs)
            yield f"{port.address} above it lacks ACS ({missing}): devices below can reach each other past the IOMMU"
    if facts.value("vfio.unsafe_interrupts"):
        yield "allow_unsafe_interrupts is on: a guest may inject interrupts into this host"
    if facts.value("vfio.noiommu"):
        yield "VFIO may work without an IOMMU here: a device handed out so can write anywhere"
