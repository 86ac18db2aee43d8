"""A table of facts: what it keeps of who has what is renewed with each fact that is added."""

from perfadvisor.model.fact import FactSpec, FactTable, Nature

PCI = FactSpec(name="nic.pci_address", type=str, subject="nic", nature=Nature.IDENTITY, meaning="Where it sits.")


def test_holders_are_those_with_the_value_sorted() -> None:
    table = FactTable(PCI.fact(at, source="x", subject=nic) for nic, at in (("b", "0"), ("a", "0"), ("c", "1")))
    assert table.holders("nic.pci_address", "0") == ("a", "b")
    assert table.holders("nic.pci_address", "2") == ()
    assert table.holders("nic.speed", "0") == ()


def test_an_absence_holds_no_value() -> None:
    table = FactTable([PCI.absent("not read", subject="a")])
    assert table.holders("nic.pci_address", "") == ()
    assert table.subjects("nic") == ("a",)


def test_a_later_fact_is_seen() -> None:
    table = FactTable([PCI.fact("0", source="x", subject="a")])
    assert (table.holders("nic.pci_address", "0"), table.subjects("nic")) == (("a",), ("a",))
    table.add(PCI.fact("0", source="x", subject="b"))
    assert (table.holders("nic.pci_address", "0"), table.subjects("nic")) == (("a", "b"), ("a", "b"))
