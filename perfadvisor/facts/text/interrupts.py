"""/proc/interrupts in a file of its own: the table, and the network devices whose vectors name them."""

from collections.abc import Iterator

from perfadvisor.facts.irq import network_lines, owners
from perfadvisor.facts.irq.load import IrqLoad
from perfadvisor.facts.net import nic_spec
from perfadvisor.facts.net.network import IRQ, IRQ_SINGLE, PCI
from perfadvisor.facts.reading import interrupts
from perfadvisor.facts.reading.interrupts import Interrupts
from perfadvisor.model.fact import Absent, Fact


def facts(data: bytes, *, source: str = interrupts.SOURCE) -> Iterator[Fact | Absent]:
    """The table's facts, then those of each network device. A device that only its PCI address names goes by that."""
    yield from interrupts.facts(data, source=source)
    table = interrupts.parse(data)
    if table is None:
        return
    rows = tuple(table.rows.values())
    yield from network_lines.of_table(table, source)
    for address, labels in owners.functions(rows).items():
        driver = table.rows[labels[0]].text.rpartition(" ")[2].partition("_")[0]
        yield nic_spec.DRIVER.fact(f"{driver}_core", source=source, subject=address)
        yield PCI.fact(address, source=source, subject=address)
        yield from IRQ.facts(_load(table, labels), address, source=source)
    for nic, labels in owners.interfaces(rows).items():
        yield from IRQ.facts(_load(table, labels), nic, source=source)
        yield IRQ_SINGLE.given(
            _single(table, nic, labels), source=source, subject=nic, reason="its other lines may have been cut off"
        )


def _load(table: Interrupts, labels: tuple[str, ...]) -> IrqLoad:
    return IrqLoad(labels=labels, per_cpu=table.per_cpu(labels), allowed=(), node=None, remote_cpus=None)


def _single(table: Interrupts, nic: str, labels: tuple[str, ...]) -> bool | None:
    """Whether the interface has one line. One that numbers a queue may be one of several, and the table ends within
    the devices' lines where those of the architecture, which follow, are not there."""
    if len(labels) > 1:
        return False
    whole = not all(row.numeric for row in table.rows.values())
    return True if whole and table.rows[labels[0]].text.split()[-1] == nic else None
