"""`lspci -t` and `-tv`: which port each function hangs under."""

import re
from collections.abc import Iterator

from perfadvisor.facts.pci import link
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ lspci -t"
_BUS = re.compile(r"\[(?:([0-9a-f]{4,8}):)?([0-9a-f]{2})(?:-[0-9a-f]{2})?\]")
_FUNCTION = re.compile(r"(?<![\w.])([0-9a-f]{2}\.[0-7])(?![\w.])")
LONGEST = 1_000


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The port above each function, and the root port. Functions of a bus stand below one another in one column."""
    above: dict[int, tuple[str, str, str]] = {}  # column of a bus's functions -> (bus, port above it, root port)
    for line in decoded(data).splitlines():
        text = line[:LONGEST]
        domain = ""
        place, port, root, bus = 0, "", "", ""
        for match in re.finditer(rf"(?P<bus>{_BUS.pattern})|(?P<function>{_FUNCTION.pattern})", text):
            if match["bus"]:
                named = _BUS.fullmatch(match["bus"])
                assert named is not None, "as it was found"
                domain = named[1] or domain or (bus.rpartition(":")[0] or "0000")
                bus = f"{domain}:{named[2]}"
                place = 0
                continue
            if not place and not bus:
                bus, port, root = above.get(match.start(), ("", "", ""))
            if not bus:
                break  # a description behind a function of -tv, or a line cut off
            place = match.start()
            above[place] = (bus, port, root)
            address = f"{bus}:{match['function']}"
            if port:
                yield link.UPSTREAM.fact(port, source=source, subject=address)
                yield link.ROOT.fact(root, source=source, subject=address)
            root, port = root or address, address
            bus = ""
            if text[match.end() : match.end() + 2] != "-[":
                break
