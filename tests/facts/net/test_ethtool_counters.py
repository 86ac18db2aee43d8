"""Counters that drivers name differently, summed."""

from perfadvisor.facts.net import ethtool_counters
from perfadvisor.model.fact import FactTable


def test_what_a_driver_does_not_count_is_not_zero() -> None:
    counts = {"rxq0: rx_pkts": 5, "rx_missed_errors": 2}
    assert ethtool_counters.total(counts, ethtool_counters.NO_BUFFER) == 2
    assert ethtool_counters.total(counts, ethtool_counters.PCI_STALLS) is None


def test_the_sums_are_facts_and_an_allowance_only_where_the_driver_has_one() -> None:
    table = FactTable(ethtool_counters.counted({"rx_missed_errors": 2, "rx_out_of_buffer": 3}, "eth0", "s", "none"))
    assert table.value("nic.drops_no_buffer", "eth0") == 5
    assert not [fact.name for fact in table if "allowance" in fact.name]
    table = FactTable(ethtool_counters.counted({"pps_allowance_exceeded": 7}, "eth0", "s", "none"))
    assert table.value("nic_allowance.over_packets", "eth0") == 7
