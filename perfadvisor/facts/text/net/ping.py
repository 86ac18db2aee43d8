"""The statistics that `ping` prints when it ends: of iputils, of Busybox and of inetutils."""

import re
from collections.abc import Iterator, Sequence

from perfadvisor.facts.net import pinged
from perfadvisor.facts.reading import columns, reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ ping"
HEAD = re.compile(r"--- (?P<name>\S{1,255}) ping statistics ---")
_COUNTS = re.compile(r"(?P<sent>[0-9]{1,12}) packets transmitted, (?P<received>[0-9]{1,12}) (?:packets )?received,.*")
_TRIPS = re.compile(
    r"(?:rtt|round-trip) min/avg/max(?:/(?:mdev|stddev))? = "
    r"(?P<least>[0-9.]{1,12})/(?P<mean>[0-9.]{1,12})/(?P<most>[0-9.]{1,12})(?:/(?P<spread>[0-9.]{1,12}))? ms.*"
)
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?")
_TRIP_SPECS = {"least": pinged.LEAST, "mean": pinged.MEAN, "most": pinged.MOST, "spread": pinged.SPREAD}
_MS = 1e6


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The counts to each address; where it was asked several times, those of the last time."""
    found = {match["name"]: below for match, below in columns.sections(decoded(data).splitlines(), HEAD)}
    for name, below in found.items():
        yield from _counts(name, below, source)
        yield from _trips(name, below, source)


def _counts(name: str, below: Sequence[str], source: str) -> Iterator[Fact]:
    match = next((found for line in below if (found := _COUNTS.fullmatch(line.strip()))), None)
    sent, received = (reader.number(match["sent"]), reader.number(match["received"])) if match else (None, None)
    if sent is None or received is None or received > sent:
        return
    for spec, value in ((pinged.SENT, sent), (pinged.RECEIVED, received), (pinged.LOST, sent - received)):
        yield spec.fact(value, source=source, subject=name)


def _trips(name: str, below: Sequence[str], source: str) -> Iterator[Fact]:
    match = next((found for line in below if (found := _TRIPS.fullmatch(line.strip()))), None)
    for part, spec in _TRIP_SPECS.items() if match else ():
        text = match[part] if match else None
        if text and _NUMBER.fullmatch(text):
            yield spec.fact(float(text) * _MS, source=source, subject=name)
