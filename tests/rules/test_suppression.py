"""What the shipped rules explain: a fault is never put down to a fault of another kind."""

from fnmatch import fnmatchcase

import pytest

from perfadvisor.packs.rules import load_rules

# Of the cable or the port at its other end: no slot, and no full PCI Express link, makes these.
OF_THE_CABLE = ("network-half-duplex", "network-link-100mbit", "network-infiniband-one-lane")


@pytest.mark.parametrize("fault", OF_THE_CABLE)
def test_nothing_of_pci_express_explains_the_cable(fault: str) -> None:
    rules = load_rules(())
    assert fault in {rule.id for rule in rules}
    by = [rule.id for rule in rules if any(fnmatchcase(fault, glob) for glob in rule.suppresses)]
    assert not [id for id in by if id.startswith("pcie-")]
