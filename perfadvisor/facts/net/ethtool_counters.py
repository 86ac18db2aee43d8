"""Counters of drivers that mean the same under different names, and the facts that are sums of them."""

from collections.abc import Iterator, Mapping

from perfadvisor.facts.net import nic_spec as spec
from perfadvisor.model.fact import Absent, Fact, FactSpec

NO_BUFFER = (
    "rx_missed_errors",
    "rx_no_buffer_count",
    "rx_no_dma_resources",
    "rx_out_of_buffer",
    "rx_discards_phy",
    "port.rx_dropped",
    "rx_fifo_errors",
)
"""Statistics that count packets the adapter had no place for (ixgbe, igb, i40e, ice, mlx5). Not `rx_dropped`: that also
counts packets without a receiver."""

ALLOWANCES: tuple[tuple[FactSpec, tuple[str, ...]], ...] = (
    (spec.OVER_BANDWIDTH, ("bw_in_allowance_exceeded", "bw_out_allowance_exceeded")),
    (spec.OVER_PACKETS, ("pps_allowance_exceeded",)),
    (spec.OVER_CONNECTIONS, ("conntrack_allowance_exceeded",)),
)
"""Statistics of Amazon's ENA: packets queued or dropped because the instance exceeded what its type allows."""

PCI_STALLS = ("outbound_pci_stalled_rd_events", "outbound_pci_stalled_wr_events", "outbound_pci_buffer_overflow")
"""mlx5: how often the adapter had to wait for PCI Express."""


def counted(counts: Mapping[str, int], nic: str, source: str, reason: str) -> Iterator[Fact | Absent]:
    """The facts that are sums of a driver's counters."""
    for known, names in ((spec.NO_BUFFER, NO_BUFFER), (spec.STALLS, PCI_STALLS)):
        yield known.given(total(counts, names), source=source, subject=nic, reason=reason)
    allowed = [(known, total(counts, names)) for known, names in ALLOWANCES]
    if any(value is not None for _, value in allowed):
        yield spec.ALLOWANCE_NIC.fact(nic, source=source, subject=nic)
        yield from (known.given(value, source=source, subject=nic, reason=reason) for known, value in allowed)


def total(counts: Mapping[str, int], names: tuple[str, ...]) -> int | None:
    """The sum of those of the names that the driver counts; None where it counts none of them."""
    known = [counts[name] for name in names if name in counts]
    return sum(known) if known else None
