"""/proc/interrupts in a file of its own: the table, and the network devices whose vectors name them."""

from collections.abc import Iterator

from perfadvisor.facts.irq import owners
from perfadvisor.facts.irq.load import IrqLoad
from perfadvisor.facts.net import nic_spec
from perfadvisor.facts.net.network import IRQ, PCI
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
    for address, labels in owners.functions(rows).items():
        driver = table.rows[labels[0]].text.rpartition(" ")[2].partition("_")[0]
        yield nic_spec.DRIVER.fact(f"{driver}_core", source=source, subject=address)
        yield PCI.fact(address, source=source, subject=address)
        yield from IRQ.facts(_load(table, labels), address, source=source)
    for nic, labels in owners.interfaces(rows).items():
        yield from IRQ.facts(_load(table, labels), nic, source=source)


def _load(table: Interrupts, labels: tuple[str, ...]) -> IrqLoad:
    return IrqLoad(labels=labels, per_cpu=table.per_cpu(labels), allowed=(), node=None, remote_cpus=None)
