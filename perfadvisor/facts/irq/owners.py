"""Whose interrupt a line of /proc/interrupts is, by the names that drivers give their vectors.

Where the kernel's list of a function's vectors (msi_irqs) was not kept, as in a paste or a sosreport, the names alone
tell: "p1p1-TxRx-0", "i40e-eth0-TxRx-3", "ens5-Tx-Rx-1", "mlx5_comp0@pci:0000:01:00.0".
"""

import re
from collections.abc import Iterable, Mapping

from perfadvisor.facts.reading.interrupts import InterruptRow

_QUEUE = r"-(?:TxRx|Tx-Rx|RxTx|rxtx|rx|tx|Rx|Tx|fp|q|queue)-?[0-9]+"
_NIC = re.compile(
    rf"(?:(?:i40e|iavf|ice|ixgbe|igb|igc|bnxt_en|ena|qede|hns3|mlx4)-)?([A-Za-z][A-Za-z0-9_.]{{0,14}}){_QUEUE}\Z"
)
_AT_FUNCTION = re.compile(r"mlx[45]_comp[0-9]+@pci:([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\Z")


def functions(rows: Iterable[InterruptRow]) -> dict[str, tuple[str, ...]]:
    """PCI address -> labels, of completion vectors that name their function (mlx4, mlx5)."""
    return _grouped(rows, _AT_FUNCTION)


def interfaces(rows: Iterable[InterruptRow]) -> dict[str, tuple[str, ...]]:
    """Network interface -> labels, of queue vectors that name theirs."""
    return _grouped(rows, _NIC)


def _grouped(rows: Iterable[InterruptRow], pattern: re.Pattern[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        names = re.split(r"[ ,]+", row.text) if row.numeric else []
        match = next((match for name in names if (match := pattern.match(name))), None)
        if match:
            found.setdefault(match.group(1), []).append(row.label)
    return {owner: tuple(labels) for owner, labels in found.items()}


def labels_of(rows: Mapping[str, InterruptRow], nic: str, address: str | None) -> tuple[str, ...]:
    """The labels of the lines that name this interface, or the function behind it."""
    by_name = interfaces(rows.values()).get(nic, ())
    return by_name or functions(rows.values()).get(address or "", ())
