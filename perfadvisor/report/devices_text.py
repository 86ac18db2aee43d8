"""`perfadvisor devices` for people: a line per function, and below it what holds it and what would change that."""

from collections.abc import Iterable, Iterator

from perfadvisor.analyse.devices.answer import PassthroughAnswer, Possible
from perfadvisor.analyse.devices.device import Device
from perfadvisor.formatting import count_of, setting
from perfadvisor.model.units import Unit

MARKS = {Possible.YES: "yes", Possible.NO: "no", Possible.UNKNOWN: "?"}


def lines(answers: Iterable[PassthroughAnswer], *, bridges: bool = False) -> Iterator[str]:
    """All functions; bridges, which always stay, only where asked for."""
    said: set[str] = set()
    for answer in answers:
        if bridges or not answer.device.class_code.startswith("0x06"):
            yield from _one(answer, said)


def _one(answer: PassthroughAnswer, said: set[str]) -> Iterator[str]:
    """What would change a thing is printed once; `said` collects it."""
    device = answer.device
    driver = "driver unknown" if device.driver is None else device.driver or "no driver"
    name = " ".join(filter(None, [device.class_name or "unknown class", f"[{device.ids}]" if device.ids else ""]))
    yield f"{MARKS[answer.possible]:<4} {device.address}  {name}, {driver}"
    yield f"       {'; '.join(properties(device))}"
    for obstacle in answer.obstacles:
        yield f"       not now: {obstacle.why}"
        if obstacle.change not in said:
            yield f"         change: {obstacle.change}"
            said.add(obstacle.change)
    for why in answer.unknown:
        yield f"       unknown: {why}"
    for risk in answer.risks:
        yield f"       note: {risk}"


def properties(device: Device) -> Iterator[str]:
    """What is known of a function beside its name, each in a few words."""
    yield f"IOMMU group {device.group}" if device.group else "no IOMMU group"
    yield f"node {device.node}" if device.node is not None else "node unknown"
    if device.vectors is not None:
        yield count_of(device.vectors, "MSI-X vector") if device.vectors else "no MSI-X"
    if device.bars:
        yield "BARs " + ", ".join(f"{place}: {setting(size, Unit.BYTES)}" for place, size in device.bars.items())
    if device.resets or device.has_reset is not None:
        yield f"reset {device.resets or ('possible' if device.has_reset else 'not possible')}"
    if device.physical:
        yield f"virtual function of {device.physical}"
    elif device.total_vfs:
        yield f"{device.vfs or 0} of {device.total_vfs} virtual functions"
