"""Which PCI functions a guest could get, as a table of the page: the same answers as `perfadvisor devices` gives."""

from collections.abc import Iterator
from dataclasses import dataclass

from perfadvisor.analyse.devices.answer import BRIDGES, PassthroughAnswer, Possible, answers
from perfadvisor.model.fact import FactTable
from perfadvisor.report.devices_text import properties

WORDS = {Possible.YES: "yes", Possible.NO: "no", Possible.UNKNOWN: "not known"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One function. `remarks` are what stands against it with what would change that, what was not read, and risks."""

    address: str
    name: str
    possible: str
    properties: str
    remarks: tuple[str, ...]


def passthrough(facts: FactTable) -> tuple[Row, ...]:
    """Every function that is not a bridge; nothing where no IOMMU groups were read."""
    if not facts.subjects("iommu_group"):
        return ()
    return tuple(_row(one) for one in answers(facts) if not one.device.class_code.startswith(BRIDGES))


def _row(answer: PassthroughAnswer) -> Row:
    device = answer.device
    return Row(
        address=device.address,
        name=f"{device.class_name or 'unknown class'}, {device.driver or 'no driver'}",
        possible=WORDS[answer.possible],
        properties="; ".join(properties(device)),
        remarks=tuple(_remarks(answer)),
    )


def _remarks(answer: PassthroughAnswer) -> Iterator[str]:
    for obstacle in answer.obstacles:
        yield f"{obstacle.why}; to change it: {obstacle.change}"
    for why in answer.unknown:
        yield f"not known: {why}"
    yield from answer.risks
