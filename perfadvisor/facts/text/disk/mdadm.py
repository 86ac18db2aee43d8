"""`mdadm --detail /dev/mdN`: level, disks, and what the array is busy with."""

import re
from collections.abc import Iterator

from perfadvisor.facts.block import array
from perfadvisor.facts.reading import columns, reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ mdadm --detail"
HEAD = re.compile(r"/dev/(md\S{1,32}):\s*")
_BUSY = {"resyncing": "resync", "recovering": "recovery", "checking": "check", "reshaping": "reshape"}


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """Every array in it."""
    lines = decoded(data).splitlines()
    for match, below in columns.sections(lines, HEAD):
        name = match[1]
        told = reader.fields("\n".join(below), " : ")
        wanted, there = reader.number(told.get("Raid Devices")), reader.number(told.get("Active Devices"))
        missing = wanted - there if wanted is not None and there is not None else None
        states = (word.strip() for word in told.get("State", "").split(","))
        busy = next((_BUSY[state] for state in states if state in _BUSY), array.AT_REST)
        yield array.LEVEL.given(told.get("Raid Level") or None, source=source, subject=name)
        yield array.MISSING.given(missing, source=source, subject=name, reason="not printed")
        yield array.BUSY.given(busy if "State" in told else None, source=source, subject=name, reason="cut off")
