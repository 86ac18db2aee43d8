"""`tc -s qdisc`: the queueing disciplines of each interface, the rates they keep it to, and what they dropped."""

import re
from collections.abc import Iterator
from itertools import pairwise

from perfadvisor.facts.net import network, shaping
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ tc -s qdisc"
HEAD = re.compile(
    r"qdisc (?P<kind>[a-z_]\w{1,20}) [0-9a-f]{0,8}: (?:dev (?P<nic>\S{1,15}) )?"
    r"(?P<place>root|parent \S+|ingress_block \S+)?(?P<rest>.*)"
)
_DROPPED = re.compile(r"\s*Sent [0-9]+ bytes [0-9]+ pkt \(dropped ([0-9]{1,18}),")
_UNSHAPED = ("noqueue", "pfifo_fast", "pfifo", "bfifo", "fq_codel", "codel", "sfq", "red")  # they keep no rate
_EMULATES = re.compile(r"\b(?:delay|loss|reorder|corrupt|duplicate|gap)\b")


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The discipline at the root of each interface, a rate of tbf or netem at it, and packets dropped."""
    lines = decoded(data).splitlines()
    dropped: dict[str, list[int]] = {}
    for line, below in pairwise([*lines, ""]):
        match = HEAD.match(line.strip())
        if match is None or not match["nic"]:
            continue
        if match["place"] == "root":
            yield from _root(match["kind"], match["rest"], match["nic"], source)
        if (lost := _DROPPED.match(below)) and match["place"]:
            dropped.setdefault(match["nic"], []).append(int(lost[1]))
    for nic, counts in dropped.items():  # of a tree of disciplines the root counts what those below it dropped, too
        yield shaping.DROPPED.fact(max(counts), source=source, subject=nic)


def _root(kind: str, rest: str, nic: str, source: str) -> Iterator[Fact | Absent]:
    yield network.QDISC.fact(kind, source=source, subject=nic)
    rate = shaping.rate_in(rest) if kind in ("tbf", "netem", "cake") else None
    if rate is not None or kind in _UNSHAPED:
        bits = rate or 0
        yield shaping.RATE.fact(bits, source=source, subject=nic)
    if kind == "netem":
        yield shaping.DELAY.fact(_EMULATES.search(rest) is not None, source=source, subject=nic)
