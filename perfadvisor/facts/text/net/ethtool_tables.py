"""`ethtool -x`: the table that spreads received packets over rings; `ethtool -m`: the alarms of an optical module."""

import re
from collections.abc import Iterator

from perfadvisor.facts.net import rss
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

_HEAD = re.compile(r"RX flow hash indirection table for (\S{1,32}) with ([0-9]{1,5}) RX ring\(s\):")
_ROW = re.compile(r"\s*[0-9]{1,6}:((?:\s+[0-9]{1,5})+)\s*")
_ALARM = re.compile(r"\s*(\S[^:]{1,60} alarm)\s+: (On|Off)\s*")

Facts = Iterator[Fact | Absent]


def spread(data: bytes, *, source: str = "$ ethtool -x") -> Facts:
    """The rings there are, and those that the table names."""
    nic, rings = "", 0
    used: dict[str, set[str]] = {}
    for line in decoded(data).splitlines():
        if match := _HEAD.match(line.strip()):
            nic, rings = match[1], int(match[2])
            used[nic] = set()
            yield rss.RINGS.fact(rings, source=source, subject=nic)
        elif nic and (row := _ROW.fullmatch(line)):
            used[nic].update(row[1].split())
    for nic, names in used.items():
        yield rss.USED.given(len(names) or None, source=source, subject=nic, reason="no table is printed")


def module(data: bytes, *, source: str = "$ ethtool -m", subject: str = "") -> Facts:
    """The alarms that are on; a module without them prints none."""
    found = [match for line in decoded(data).splitlines() if (match := _ALARM.fullmatch(line))]
    on = ",".join(match[1].strip() for match in found if match[2] == "On")
    yield rss.ALARMS.given(
        on if found else None, source=source, subject=subject or "nic", reason="no alarms are printed"
    )
