"""`perf kvm stat report` and `live`: exits of guests by reason. Names as the kernel traces them on Intel (HLT,
IO_INSTRUCTION, EPT_MISCONFIG), on AMD (hlt, io, npf), and on arm64 (TRAP-NONE and others)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from perfadvisor.facts.machine import exits
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact, FactSpec

SOURCE = "$ perf kvm stat report"
_ROW = re.compile(
    r"\s*(?P<cause>[A-Za-z][\w-]*(?: [A-Z_]+)?)\s+(?P<count>[0-9]{1,18})\s+(?P<share>[0-9]{1,3}\.[0-9]{2})%"
    r"\s+[0-9]{1,3}\.[0-9]{2}%\s+(?P<least>[0-9.]{1,18})us\s+[0-9.]{1,18}us\s+(?P<mean>[0-9.]{1,18})us\b.*"
)
_TOTAL = re.compile(r"Total Samples:\s*([0-9]{1,18})\b")
_HALTS = ("hlt", "halt")
_IO = ("io", "io_instruction", "ept_misconfig", "ept_violation", "npf", "mmio")
_NS = 1000
MOST_OF = 0.99  # of the exits; the rest may be in lines that were left out


@dataclass(frozen=True, slots=True)
class _Exit:
    """One line of the table."""

    cause: str
    count: int
    share: float
    least_ns: float | None
    mean_ns: float | None


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """Each reason with its count, share and times, then what they are together. Shares of groups need the table's end,
    which says how many exits there were."""
    text = decoded(data)
    found = {one.cause: one for line in text.splitlines() if (one := _exit(line))}
    for one in found.values():
        values: tuple[tuple[FactSpec, int | float | None], ...] = (
            (exits.COUNT, one.count),
            (exits.SHARE, one.share),
            (exits.SHORTEST, one.least_ns),
            (exits.MEAN, one.mean_ns),
        )
        for spec, value in values:
            yield spec.given(value, source=source, subject=one.cause)
    total = int(match[1]) if (match := _TOTAL.search(text)) else None
    yield exits.TOTAL.given(total, source=source, reason="the line of totals is not there")
    whole = total if total and sum(one.count for one in found.values()) >= MOST_OF * total else None
    for spec, names in ((exits.HALT_SHARE, _HALTS), (exits.IO_SHARE, _IO)):
        mine = sum(one.count for one in found.values() if one.cause.lower() in names)
        yield spec.given(mine / whole if whole else None, source=source, reason="not every exit is in the table")


def _exit(line: str) -> _Exit | None:
    match = _ROW.fullmatch(line.rstrip())
    if match is None:
        return None
    return _Exit(
        match["cause"], int(match["count"]), float(match["share"]) / 100, _ns(match["least"]), _ns(match["mean"])
    )


def _ns(text: str) -> float | None:
    return float(text) * _NS if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text) else None
