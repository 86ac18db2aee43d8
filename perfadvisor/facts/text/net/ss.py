"""`ss -ti`: TCP connections with what the kernel counted of each. A connection has a line of its ends and an indented
one of its details, or both on one line (-O)."""

import re
from collections.abc import Iterator, Mapping

from perfadvisor.facts.net import socket
from perfadvisor.facts.reading import reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact, FactSpec, Scalar

SOURCE = "$ ss -ti"
STATES = r"(?:tcp +)?(?:ESTAB|CLOSE-WAIT|FIN-WAIT-[12]|LAST-ACK|TIME-WAIT|SYN-SENT|SYN-RECV|CLOSING)"
_ENDS = re.compile(
    rf"{STATES}\s+[0-9]{{1,10}}\s+[0-9]{{1,10}}\s+(?P<local>\S{{1,80}})\s+(?P<remote>\S{{1,80}})(?P<rest>.*)"
)
_CONTROL = re.compile(r"(?:^|\s)(?:(?:ts|sack|ecn|ecnseen|fastopen) )*(?P<name>[a-z]\w{2,15})(?: \w+)* (?:wscale|rto):")
_BUSY = re.compile(r"\bbusy:([0-9]{1,12})ms")
_LIMITED = r"\b%s_limited:[0-9]{1,12}ms\(([0-9]{1,3}(?:\.[0-9])?)%%\)"
_RTT = re.compile(r"\brtt:([0-9]{1,9}(?:\.[0-9]{1,3})?)/")
_LEAST_RTT = re.compile(r"\bminrtt:([0-9]{1,9}(?:\.[0-9]{1,3})?)")
_MS = 1e6
MOST = 5_000


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The connections that were busy at all; what the kernel does not print was not counted, or is 0."""
    lines = decoded(data).splitlines()
    for name, details in list(_connections(lines))[:MOST]:
        for spec, value in _values(details).items():
            if value is not None:
                yield spec.fact(value, source=source, subject=name)


def _connections(lines: list[str]) -> Iterator[tuple[str, str]]:
    for place, line in enumerate(lines):
        if match := _ENDS.fullmatch(line.strip()):
            below = lines[place + 1] if place + 1 < len(lines) else ""
            details = below if below[:1].isspace() else match["rest"]
            if "rto:" in details:
                yield f"{match['local']} {match['remote']}", details


def _values(details: str) -> Mapping[FactSpec, Scalar | None]:
    busy = _BUSY.search(details)
    control, rtt, least = _CONTROL.search(details), _RTT.search(details), _LEAST_RTT.search(details)
    sent = _count(details, "bytes_sent")
    again = _count(details, "bytes_retrans")
    segments, size = _count(details, "cwnd"), _count(details, "mss")
    return {
        socket.CONGESTION_CONTROL: control["name"] if control else None,
        socket.BUSY: int(busy[1]) * _MS if busy else None,
        socket.RECEIVER_LIMITED: _share(details, "rwnd") if busy else None,
        socket.BUFFER_LIMITED: _share(details, "sndbuf") if busy else None,
        socket.SENT: sent,
        socket.RETRANSMITTED: (again or 0) / sent if sent else None,  # printed only where it is not 0 (misc/ss.c)
        socket.ROUND_TRIP: float(rtt[1]) * _MS if rtt else None,
        socket.LEAST_ROUND_TRIP: float(least[1]) * _MS if least else None,
        socket.WINDOW: segments * size if segments is not None and size is not None else None,
    }


def _share(details: str, name: str) -> float:
    """Printed only where it is not 0 (misc/ss.c), beside the busy time."""
    match = re.search(_LIMITED % name, details)
    return float(match[1]) / 100 if match else 0.0


def _count(details: str, name: str) -> int | None:
    match = re.search(rf"\b{name}:([0-9]{{1,19}})\b", details)
    return reader.number(match[1]) if match else None
