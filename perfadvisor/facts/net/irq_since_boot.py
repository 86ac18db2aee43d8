"""Interrupts of network devices since boot: how many, and how many on CPUs that were set aside for other work."""

from collections.abc import Iterator

from perfadvisor.facts.cpu.cpu import SYSTEM
from perfadvisor.facts.irq.load import IrqLoad, Reader
from perfadvisor.facts.net.network import pci_address
from perfadvisor.facts.net.nic_settings import interfaces
from perfadvisor.facts.reading import cpulist, interrupts
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

PATTERNS = (f"{SYSTEM}/isolated", f"{SYSTEM}/nohz_full")
TOTAL = FactSpec(
    name="nic.irq_total",
    type=int,
    unit=Unit.COUNT,
    subject="nic",
    meaning="interrupts of its device since boot",
    nature=Nature.MEASURED,
)
ISOLATED = FactSpec(
    name="nic.irq_isolated_share", type=float, unit=Unit.RATIO, subject="nic",
    meaning="share of these served on CPUs kept free for other work (isolcpus, nohz_full)",
    nature=Nature.MEASURED,
)  # fmt: skip
CATALOGUE = (TOTAL, ISOLATED)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The facts of every interface that has interrupts of its own."""
    reader, aside = Reader(tree), _set_aside(tree)
    for nic in interfaces(tree):
        address = pci_address(tree, nic)
        load = reader.of(address) if address else None
        known = load.total if load and load.labels and load.per_cpu else None
        source = interrupts.SOURCE
        yield TOTAL.given(known, source=source, subject=nic, reason="no interrupts of its own are known")
        share = _share(load, aside) if known else None
        reason = "no interrupt of its own is known, or which CPUs are set aside was not read"
        yield ISOLATED.given(share, source=source, subject=nic, reason=reason)


def _set_aside(tree: Tree) -> frozenset[int] | None:
    """The CPUs of isolcpus and nohz_full; None where neither list was read. Older kernels print "(null)" for none."""
    lists = [tree.text(f"{SYSTEM}/{name}") for name in ("isolated", "nohz_full")]
    if lists[0] is None:
        return None
    return frozenset(cpu for text in lists for cpu in cpulist.parse(text or ""))


def _share(load: IrqLoad | None, aside: frozenset[int] | None) -> float | None:
    if load is None or aside is None:
        return None
    return sum(count for cpu, count in load.per_cpu.items() if cpu in aside) / load.total
