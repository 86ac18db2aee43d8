"""`turbostat`: how busy each CPU was, and at which clock."""

from collections.abc import Iterator

from perfadvisor.facts.cpu import use
from perfadvisor.facts.reading import columns
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ turbostat"
MEGAHERTZ = 1e6


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The busiest CPU of the first interval: how busy, at which clock, and the clock of its time stamp counter."""
    lines = decoded(data).splitlines()
    start = next((place for place, line in enumerate(lines) if {"CPU", "Busy%", "Bzy_MHz"} <= set(line.split())), None)
    header = lines[start] if start is not None else ""
    end = next((place for place, line in enumerate(lines) if place > (start or 0) and line == header), len(lines))
    rows = [row for row in columns.plain(header, lines[(start or 0) + 1 : end]) if row.get("CPU", "-") != "-"]
    busiest = max(rows, key=lambda row: _number(row["Busy%"]) or 0.0, default={})
    reason = "no column of it, or no CPU's own line"
    busy = _number(busiest.get("Busy%", ""))
    yield use.BUSY.given(None if busy is None else busy / 100, source=source, reason=reason)
    for spec, heading in ((use.CLOCK, "Bzy_MHz"), (use.NOMINAL, "TSC_MHz")):
        clock = _number(busiest.get(heading, ""))
        yield spec.given(clock * MEGAHERTZ if clock else None, source=source, reason=reason)


def _number(text: str) -> float | None:
    whole, _, part = text.partition(".")
    return float(text) if whole.isdecimal() and (part.isdecimal() or not part) and len(text) < 12 else None
