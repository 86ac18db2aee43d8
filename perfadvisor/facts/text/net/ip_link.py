"""`ip link`, with -s and -d, as text and JSON: what each interface is, its queues, and what it dropped."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from perfadvisor.facts.net import network, nic_spec
from perfadvisor.facts.reading import columns, reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact, FactSpec, Scalar

SOURCE = "$ ip -s -d link"
HEAD = re.compile(r"[0-9]{1,6}: (?P<name>[^\s:@]{1,15})(?:@\S+)?: <(?P<flags>[A-Z0-9_,-]*)>(?P<rest>.*)")
_COUNTERS = re.compile(r"\s+(?P<side>RX|TX):((?:\s+[a-z]+)+)\s*")
# Kinds as `ip -d` names them, in the words that sysfs gives (facts.net.attached).
_KINDS = (
    "veth",
    "bridge",
    "bond",
    "vlan",
    "vxlan",
    "macvlan",
    "macvtap",
    "ipvlan",
    "tun",
    "team",
    "dummy",
    "gre",
    "vrf",
)

Values = Mapping[FactSpec, Scalar | None]


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """What is printed of each interface, nothing of what is not."""
    text = decoded(data)
    for name, values in _of_json(text) if text.lstrip().startswith("[") else _of_text(text.splitlines()):
        for spec, value in values.items():
            if value is not None:
                yield spec.fact(value, source=source, subject=name)


def _of_text(lines: list[str]) -> Iterator[tuple[str, Values]]:
    for match, below in columns.sections(lines, HEAD):
        words = f"{match['rest']} {' '.join(below)}".split()
        pairs = dict(pairwise(words))
        counts = dict(_counts(below))
        yield match["name"], {**_link(pairs, match["flags"].split(","), words), **_dropped(counts)}


def _link(pairs: Mapping[str, str], flags: list[str], words: list[str]) -> Values:
    kind = "loopback" if "LOOPBACK" in flags else next((word for word in words if word in _KINDS), None)
    state = pairs.get("state", "").lower()
    return {
        network.MTU: reader.number(pairs.get("mtu")),
        network.QDISC: pairs.get("qdisc"),
        network.OPERSTATE: state or None,
        nic_spec.CARRIER: "LOWER_UP" in flags if "UP" in flags else None,  # not looked at while it is down
        network.MASTER: pairs.get("master"),
        network.TX_QUEUE_LEN: reader.number(pairs.get("qlen")),
        network.RX_QUEUES: reader.number(pairs.get("numrxqueues")),
        network.TX_QUEUES: reader.number(pairs.get("numtxqueues")),
        network.KIND: kind,
    }


def _counts(lines: Sequence[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for head, values in pairwise(lines):
        if match := _COUNTERS.fullmatch(head):
            names, cells = match[2].split(), values.split()
            if len(names) == len(cells):
                yield match["side"], dict(zip(names, cells, strict=True))


def _dropped(counts: Mapping[str, Mapping[str, str]]) -> Values:
    receive, send = counts.get("RX", {}), counts.get("TX", {})
    return {
        nic_spec.RX_PACKETS: reader.number(receive.get("packets")),
        network.RX_DROPPED: reader.number(receive.get("dropped")),
        network.RX_MISSED: reader.number(receive.get("missed") or receive.get("missed_errors")),
        network.TX_DROPPED: reader.number(send.get("dropped")),
    }


def _of_json(text: str) -> Iterator[tuple[str, Values]]:
    try:
        links = json.loads(text)
    except (ValueError, RecursionError):
        return
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and isinstance(link.get("ifname"), str):
            yield link["ifname"], _of_link(link)


def _of_link(link: Mapping[str, Any]) -> Values:
    flags = link.get("flags") if isinstance(link.get("flags"), list) else []
    info = link.get("linkinfo")
    kind = info.get("info_kind") if isinstance(info, dict) else None
    pairs = {
        "mtu": link.get("mtu"),
        "qdisc": link.get("qdisc"),
        "state": link.get("operstate"),
        "master": link.get("master"),
        "qlen": link.get("txqlen"),
        "numrxqueues": link.get("num_rx_queues"),
        "numtxqueues": link.get("num_tx_queues"),
    }
    texts = {name: str(value) for name, value in pairs.items() if value is not None}
    sides = link.get("stats64") or link.get("stats")
    counts = {
        side.upper(): {name: str(count) for name, count in values.items()}
        for side, values in (sides if isinstance(sides, dict) else {}).items()
        if isinstance(values, dict)
    }
    return {**_link(texts, [str(flag) for flag in flags or ()], [str(kind)]), **_dropped(counts)}
