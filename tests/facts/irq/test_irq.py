"""Affinities, nodes, irqbalance; and this machine's own against the files as a shell reads them."""

import pytest

from perfadvisor.facts.irq import irq
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Directory, Entry, Tree, Unreadable

HERE: dict[str, Entry] = {
    "/proc/irq/default_smp_affinity": b"ff\n",
    "/proc/irq/80/smp_affinity_list": b"0-7\n",
    "/proc/irq/80/effective_affinity_list": b"3\n",
    "/proc/irq/80/node": b"1\n",
    "/proc/irq/0/smp_affinity_list": b"0-7\n",
    "/proc/irq/0/node": b"-1\n",
}


def table(**more: Entry) -> FactTable:
    return FactTable(irq.facts(Tree({**HERE, **more})))


@pytest.mark.parametrize(
    ("name", "subject", "value"),
    [
        ("interrupts.directory_count", "", 2),
        ("interrupts.default_affinity", "", "0-7"),
        ("irq.affinity", "80", "0-7"),
        ("irq.effective_affinity", "80", "3"),
        ("irq.node", "80", 1),
        ("irq.node", "0", None),
        ("irq.effective_affinity", "0", None),
        ("interrupts.cpu_columns", "", None),
    ],
)
def test_facts(name: str, subject: str, value: object) -> None:
    assert table().value(name, subject) == value


@pytest.mark.parametrize(
    ("entries", "value"),
    [
        ({irq.IRQBALANCE: b"731\n"}, True),
        ({irq.IRQBALANCE: Unreadable("exit code 1: no message")}, False),
        ({irq.IRQBALANCE: Unreadable("No such file or directory")}, None),
        ({"/run/irqbalance": Directory()}, True),
        ({irq.IRQBALANCE: Unreadable("exit code 1: no message"), "/run/irqbalance": Directory()}, False),
        ({}, None),
    ],
)
def test_irqbalance(entries: dict[str, Entry], value: bool | None) -> None:
    assert table(**entries).value("interrupts.irqbalance") is value


def test_without_proc_irq_nothing_is_counted() -> None:
    assert isinstance(FactTable(irq.facts(Tree({}))).find("interrupts.directory_count"), Absent)


def test_a_mask_tells_of_the_cpus_where_the_list_was_not_kept():
    table = FactTable(
        irq.facts(Tree({"/proc/irq/25/smp_affinity": b"41\n", "/proc/irq/26/smp_affinity": b"nonsense\n"}))
    )
    assert table.value("irq.affinity", "25") == "0,6"
    assert table.value("irq.affinity", "26") is None
    both = {"/proc/irq/25/smp_affinity": b"41\n", "/proc/irq/25/smp_affinity_list": b"0-3\n"}
    assert FactTable(irq.facts(Tree(both))).value("irq.affinity", "25") == "0-3"
