"""Coalescing, rings, channels, offloads and pause frames of network interfaces, from netlink or ethtool's text."""

import json
from collections.abc import Callable, Iterator, Mapping

from perfadvisor.facts.net import ethtool
from perfadvisor.facts.net import nic_spec as spec
from perfadvisor.model.fact import Absent, Fact, FactSpec, Scalar
from perfadvisor.model.tree import Tree

NET = "/sys/class/net"
NETLINK = "netlink:ethtool"
PATTERNS = (
    f"{NET}/*",
    *(f"{NETLINK}/{kind}/{{nic}}" for kind in ("coalesce", "rings", "channels", "features", "pause")),
    "$ ethtool -i {device_nic}",
)
CATALOGUE = spec.SETTINGS

Answer = Mapping[str, object]
Value = Callable[[Answer], Scalar | None]


def _integer(key: str) -> Value:
    def value(answer: Answer) -> int | None:
        found = answer.get(key)
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    return value


def _flag(key: str) -> Value:
    def value(answer: Answer) -> bool | None:
        found = answer.get(key)
        return bool(found) if found in (0, 1) else None

    return value


def _active(*prefixes: str) -> Value:
    def value(answer: Answer) -> bool | None:
        names = answer.get("active")
        return any(str(name).startswith(prefixes) for name in names) if isinstance(names, list) else None

    return value


KINDS: Mapping[str, tuple[str, tuple[tuple[FactSpec, Value], ...]]] = {
    "coalesce": (
        "-c",
        (
            (spec.RX_USECS, _integer("rx_usecs")),
            (spec.RX_FRAMES, _integer("rx_max_frames")),
            (spec.TX_USECS, _integer("tx_usecs")),
            (spec.TX_FRAMES, _integer("tx_max_frames")),
            (spec.ADAPTIVE_RX, _flag("use_adaptive_rx")),
            (spec.ADAPTIVE_TX, _flag("use_adaptive_tx")),
        ),
    ),
    "rings": (
        "-g",
        (
            (spec.RING_RX, _integer("rx")),
            (spec.RING_RX_MAX, _integer("rx_max")),
            (spec.RING_TX, _integer("tx")),
            (spec.RING_TX_MAX, _integer("tx_max")),
        ),
    ),
    "channels": (
        "-l",
        (
            (spec.CHANNELS_COMBINED, _integer("combined_count")),
            (spec.CHANNELS_COMBINED_MAX, _integer("combined_max")),
            (spec.CHANNELS_RX, _integer("rx_count")),
            (spec.CHANNELS_RX_MAX, _integer("rx_max")),
            (spec.CHANNELS_TX, _integer("tx_count")),
            (spec.CHANNELS_TX_MAX, _integer("tx_max")),
        ),
    ),
    # Names of net/core and net/ethtool/common.c; TSO and checksums are families of them, as `ethtool -k` sums them up.
    "features": (
        "-k",
        (
            (spec.TSO, _active("tx-tcp-segmentation", "tx-tcp-ecn", "tx-tcp-mangleid", "tx-tcp6", "tx-tcp-accecn")),
            (spec.GSO, _active("tx-generic-segmentation")),
            (spec.GRO, lambda answer: _is_active(answer, "rx-gro")),
            (spec.LRO, _active("rx-lro")),
            (spec.HW_GRO, _active("rx-gro-hw")),
            (spec.RX_CHECKSUM, _active("rx-checksum")),
            (spec.TX_CHECKSUM, _active("tx-checksum-")),
            (spec.SCATTER_GATHER, _active("tx-scatter-gather")),
        ),
    ),
    "pause": ("-a", ((spec.PAUSE_RX, _flag("rx")), (spec.PAUSE_TX, _flag("tx")))),
}
"""Kind of netlink answer -> the option of ethtool that prints the same, and the facts in it."""


def _is_active(answer: Answer, name: str) -> bool | None:
    names = answer.get("active")
    return name in names if isinstance(names, list) else None


Facts = Iterator[Fact | Absent]


def facts(tree: Tree) -> Facts:
    """The settings of every interface."""
    for nic in interfaces(tree):
        for kind in KINDS:
            yield from _kind(tree, nic, kind)
        yield _firmware(tree, nic)


def interfaces(tree: Tree) -> tuple[str, ...]:
    """The interfaces in the tree; `bonding_masters` beside them is a file. Where a collection left /sys/class/net out
    (sosreport does), those it asked ethtool about."""
    return tree.once(_interfaces)


def _interfaces(tree: Tree) -> tuple[str, ...]:
    if not tree.exists(NET):
        return tuple(sorted({source.rsplit(" ", 1)[1] for source in tree.commands("ethtool")}))
    return tuple(name for name in tree.names(NET) if not isinstance(tree.entry(f"{NET}/{name}"), bytes))


def _kind(tree: Tree, nic: str, kind: str) -> Facts:
    option, values = KINDS[kind]
    source, text = f"{NETLINK}/{kind}/{nic}", f"$ ethtool {option} {nic}"
    answer = loads(tree.read(source))
    if isinstance(answer, dict):
        for known, value in values:
            yield known.given(value(answer), source=source, subject=nic, reason="not supported by the driver")
    elif (data := tree.read(text)) is not None:
        listed = {known.name for known, _ in values}
        found = (fact for fact in ethtool.facts(data, source=text, subject=nic) if fact.name in listed)
        yield from (fact for fact in found if fact.subject == nic)
    else:
        reason = tree.why_unreadable(source)
        yield from (known.absent(reason, source=source, subject=nic) for known, _ in values)


def loads(data: bytes | None) -> object:
    """The JSON value in the bytes; None where there is none, or something else."""
    try:
        return json.loads(data) if data is not None else None
    except (ValueError, RecursionError):
        return None


def _firmware(tree: Tree, nic: str) -> Fact | Absent:
    source = f"$ ethtool -i {nic}"
    data = tree.read(source)
    version = ethtool.parse(data).values.get("firmware-version") if data is not None else None
    reason = "the driver tells none" if data is not None else tree.why_unreadable(source)
    return spec.FIRMWARE.given(version or None, source=source, subject=nic, reason=reason)
