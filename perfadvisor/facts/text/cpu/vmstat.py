"""`vmstat` with an interval: swapping, waiting and stolen time. Its first line is the average since boot."""

from collections.abc import Iterator

from perfadvisor.facts.cpu import use
from perfadvisor.facts.reading import columns, reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact, FactSpec

SOURCE = "$ vmstat 1"
KIB = 1024
_SHARES = ((use.STEAL, "st"), (use.IOWAIT, "wa"), (use.IDLE, "id"))
_SWAP = ((use.SWAPPED_IN, "si"), (use.SWAPPED_OUT, "so"))  # KiB a second, unless -S was given, which the text hides


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The mean of every line but the first, which is about the time since boot."""
    lines = decoded(data).splitlines()
    header = next((line for line in lines if line.split()[:2] == ["r", "b"]), "")
    measured = list(columns.plain(header, lines))
    measured = [row for row in measured if row["r"].isdecimal()][1:] if header else []
    for spec, heading in _SHARES:
        yield _mean(spec, [row.get(heading) for row in measured], 0.01, source)
    for spec, heading in _SWAP:
        yield _mean(spec, [row.get(heading) for row in measured], KIB, source)


def _mean(spec: FactSpec, cells: list[str | None], scale: float, source: str) -> Fact | Absent:
    values = [reader.number(cell) for cell in cells]
    known = [value for value in values if value is not None and value >= 0]
    whole = bool(known) and len(known) == len(values)
    reason = "only the line since boot was printed, or no such column"
    return spec.given(scale * sum(known) / len(known) if whole else None, source=source, reason=reason)
