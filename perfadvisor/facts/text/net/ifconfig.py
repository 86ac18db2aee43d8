"""`ifconfig` of net-tools, in the form before and since version 2: what each interface is, and what it could not send.

Its received drops are the sum of what the kernel dropped and what the adapter missed (/proc/net/dev). Elsewhere each of
these is a fact, so the sum is not read here.
"""

import re
from collections.abc import Iterator, Sequence

from perfadvisor.facts.net import network, nic_spec
from perfadvisor.facts.reading import columns, reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ ifconfig"
_NAME = r"(?P<name>[a-zA-Z][\w.@-]{0,14}(?::[0-9]{1,3})?)"
HEAD = re.compile(rf"{_NAME}(?::? +flags=[0-9]{{1,5}}<(?P<flags>[A-Z,]*)> +mtu (?P<mtu>[0-9]{{1,6}})| +Link encap:).*")
_OLD_FLAGS = re.compile(r"\s*(?P<flags>(?:[A-Z]+ +)+)MTU:(?P<mtu>[0-9]{1,6})\b")
_QUEUE = re.compile(r"\btxqueuelen[: ](?P<length>[0-9]{1,6})\b")
_RECEIVED = re.compile(r"\s*RX packets[: ](?P<packets>[0-9]{1,20})\b")
_SENT = re.compile(r"\s*TX (?:packets:[0-9]{1,20} )?errors[: ][0-9]{1,20} +dropped[: ](?P<dropped>[0-9]{1,20})\b")


def interface(line: str) -> str:
    """The interface that a first line names, "" where it names none."""
    match = HEAD.fullmatch(line)
    return match["name"] if match else ""


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """What is printed of each interface, nothing of what is not."""
    lines = decoded(data).splitlines()
    for match, below in columns.sections(lines, HEAD):
        yield from _of(match, below, source)


def _of(match: re.Match[str], below: Sequence[str], source: str) -> Iterator[Fact | Absent]:
    old = next((found for line in below if (found := _OLD_FLAGS.match(line))), None)
    shown = match if match["mtu"] else old
    queue = next((found["length"] for line in below if (found := _QUEUE.search(line))), None)
    sent = next((found["dropped"] for line in below if (found := _SENT.match(line))), None)
    received = next((found["packets"] for line in below if (found := _RECEIVED.match(line))), None)
    flags = re.split(r"[ ,]+", shown["flags"]) if shown else []
    values = {
        network.MTU: reader.number(shown["mtu"]) if shown else None,
        network.TX_QUEUE_LEN: reader.number(queue),
        nic_spec.RX_PACKETS: reader.number(received),
        network.TX_DROPPED: reader.number(sent),
        nic_spec.CARRIER: "RUNNING" in flags if "UP" in flags else None,  # not looked at while it is down
        network.KIND: "loopback" if "LOOPBACK" in flags else None,
    }
    for spec, value in values.items():
        if value is not None:
            yield spec.fact(value, source=source, subject=match["name"])
