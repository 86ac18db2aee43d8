"""`mpstat`, `sar -u` and `sar -P ALL`: how each CPU spent its time, in each interval and on average."""

import re
from collections.abc import Iterator

from perfadvisor.facts.cpu import use
from perfadvisor.facts.reading import reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ mpstat -P ALL"
_TIME = re.compile(r"(?:[0-9:]{8}(?: [AP]M)?|Average:)\s+(.*)")
_SHARE = re.compile(r"[0-9]{1,3}[.,][0-9]{2}")
_FEWEST_CPUS = 2

Row = dict[str, str]


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """Steal, waiting for I/O and idle time of all CPUs together, and the CPU that spent most in soft interrupts. The
    averages count; without them, as of a run that was stopped, a single interval."""
    tables = list(_tables(decoded(data).splitlines()))
    averages = [row for average, row in tables if average]
    single = [row for _, row in tables] if not averages and _once(tables) else []
    rows = {row["CPU"]: row for row in averages or single}
    total = rows.get("all", {})
    reason = "no such column, or no averages"
    for spec, heading in ((use.STEAL, "%steal"), (use.IOWAIT, "%iowait"), (use.IDLE, "%idle")):
        yield spec.given(_share(total.get(heading)), source=source, reason=reason)
    yield from _soft(rows, source)


def _tables(lines: list[str]) -> Iterator[tuple[bool, Row]]:
    """(whether it is an average, the row) of every row that names a CPU."""
    heads: list[str] = []
    for line in lines:
        match = _TIME.fullmatch(line.strip())
        cells = match[1].split() if match else []
        if cells[:1] == ["CPU"]:
            heads = cells
        elif cells and len(cells) == len(heads) and (cells[0] == "all" or cells[0].isdecimal()):
            yield line.startswith("Average"), dict(zip(heads, cells, strict=True))


def _once(tables: list[tuple[bool, Row]]) -> bool:
    """Whether there is one interval alone: of several none stands for all."""
    return len({row["CPU"] for _, row in tables}) == len(tables)


def _soft(rows: dict[str, Row], source: str) -> Iterator[Fact | Absent]:
    """Of single CPUs, where there are at least two."""
    each = {
        name: share for name, row in rows.items() if name != "all" and (share := _share(row.get("%soft"))) is not None
    }
    most = max(each, key=lambda name: each[name], default="")
    several = len(each) >= _FEWEST_CPUS
    others = (sum(each.values()) - each[most]) / (len(each) - 1) if several else None
    reason = "no soft interrupts of single CPUs (mpstat -P ALL)"
    yield use.SOFTIRQ_MOST.given(each[most] if several else None, source=source, reason=reason)
    yield use.SOFTIRQ_CPU.given(reader.number(most) if several else None, source=source, reason=reason)
    yield use.SOFTIRQ_OTHERS.given(others, source=source, reason=reason)


def _share(text: str | None) -> float | None:
    if not _SHARE.fullmatch(text or ""):
        return None
    share = float((text or "").replace(",", ".")) / 100
    return share if share <= 1 else None
