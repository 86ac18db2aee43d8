"""Whose interrupt a line of /proc/interrupts is, by the names that drivers give their vectors.

Where the kernel's list of a function's vectors (msi_irqs) was not kept, as in a paste or a sosreport, the names alone
tell: "p1p1-TxRx-0", "i40e-eth0-TxRx-3", "ens5-Tx-Rx-1", "enp2s0", "mlx5_comp0@pci:0000:01:00.0".
"""

import re
from collections.abc import Iterable, Mapping

from perfadvisor.facts.reading.interrupts import InterruptRow

_QUEUE = r"-(?:TxRx|Tx-Rx|RxTx|rxtx|rx|tx|Rx|Tx|fp|q|queue)-?[0-9]+"
_NIC = re.compile(
    rf"(?:(?:i40e|iavf|ice|ixgbe|igb|igc|bnxt_en|ena|qede|hns3|mlx4)-)?([A-Za-z][A-Za-z0-9_.]{{0,14}}){_QUEUE}\Z"
)
# Interfaces as the kernel, systemd and biosdevname call them: a line may be called like the interface itself, or
# like a part of it ("eth1.vm0").
_WHOLE = re.compile(
    r"((?:eth|wlan|em)[0-9]{1,3}|p[0-9]{1,2}p[0-9]{1,2}|(?:en|wl)[sopdPxcvu][0-9a-f][0-9A-Za-z]{0,11})"
    r"(?:[.:-][\w.]{1,20})?\Z"
)
_AT_FUNCTION = re.compile(r"mlx[45]_comp[0-9]+@pci:([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\Z")
# Network devices that are no interface by name: of a device tree, of virtio, wireless ones called like their driver.
_DEVICE = re.compile(
    r"([0-9a-f]{5,10}\.ethernet|(?:mt76|mt79|ath9k|ath10k|rtw88|rtw89|iwlwifi|brcmf)[\w]{0,12}"
    r"|virtio[0-9]{1,4}(?=-(?:input|output)\.))(?:[:-][\w. -]{1,20})?\Z"
)


def functions(rows: Iterable[InterruptRow]) -> dict[str, tuple[str, ...]]:
    """PCI address -> labels, of completion vectors that name their function (mlx4, mlx5)."""
    return _grouped(rows, _AT_FUNCTION)


def interfaces(rows: Iterable[InterruptRow]) -> dict[str, tuple[str, ...]]:
    """Network interface -> labels, of vectors that name theirs."""
    return _grouped(rows, _NIC, _WHOLE)


def network(rows: Iterable[InterruptRow]) -> dict[str, tuple[str, ...]]:
    """The same of every network device whose name tells that it is one."""
    return _grouped(rows, _NIC, _WHOLE, _AT_FUNCTION, _DEVICE)


def _grouped(rows: Iterable[InterruptRow], *patterns: re.Pattern[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        names = re.split(r"[ ,]+", row.text) if row.numeric else []
        match = next((match for name in names for each in patterns if (match := each.match(name))), None)
        if match:
            found.setdefault(match.group(1), []).append(row.label)
    return {owner: tuple(labels) for owner, labels in found.items()}


def labels_of(rows: Mapping[str, InterruptRow], nic: str, address: str | None) -> tuple[str, ...]:
    """The labels of the lines that name this interface, or the function behind it."""
    by_name = interfaces(rows.values()).get(nic, ())
    return by_name or functions(rows.values()).get(address or "", ())
