"""/proc/interrupts, and /proc/softirqs, which has the same shape: a column per CPU, a line per interrupt."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from perfadvisor.facts.reading.cpulist import MAX_ID
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature, SpecMaker
from perfadvisor.model.units import Unit

SOURCE = "/proc/interrupts"


def _host(name: str, kind: type[int] | type[str], meaning: str, nature: Nature = Nature.IDENTITY) -> FactSpec:
    unit = Unit.COUNT if kind is int else Unit.NONE
    return FactSpec(name=f"interrupts.{name}", type=kind, unit=unit, meaning=meaning, nature=nature)


CPU_COLUMNS = _host("cpu_columns", int, "CPUs that have a column, which are those online")
FIRST_CPU = _host("first_cpu", str, "the first column, CPU0")
LAST_CPU = _host("last_cpu", str, "the last column")
NUMERIC = _host("numeric_count", int, "lines of device interrupts, which have a number")
NAMED = _host("named_count", int, "lines of the architecture's own interrupts, LOC and the like")
TOTAL = _host("total", int, "interrupts on all CPUs since boot", nature=Nature.MEASURED)


_irq = SpecMaker("irq", Nature.MEASURED)


IRQ_TOTAL = _irq("total", int, "times it was raised since boot, on all CPUs", Unit.COUNT)
DESCRIPTION = _irq(
    "description",
    str,
    "what the line says behind the counts: chip, hardware number, names of users",
    nature=Nature.IDENTITY,
)
CHIP = _irq("chip", str, "interrupt controller: IR-PCI-MSI where interrupts are remapped", nature=Nature.IDENTITY)
HOTTEST = _irq("hottest_cpu", int, "CPU that served it most often since boot")
HOTTEST_SHARE = _irq("hottest_cpu_share", float, "share of it that CPU served", Unit.RATIO)
SPECS = (
    CPU_COLUMNS,
    FIRST_CPU,
    LAST_CPU,
    NUMERIC,
    NAMED,
    TOTAL,
    IRQ_TOTAL,
    DESCRIPTION,
    CHIP,
    HOTTEST,
    HOTTEST_SHARE,
)

_COLUMN = re.compile(rb"CPU([0-9]{1,5})")
_LABEL = re.compile(rb"[\x21-\x39\x3b-\x7e]{1,32}")  # one printable word without a colon
_DIGITS = 20  # of a 64-bit counter


@dataclass(frozen=True, slots=True)
class InterruptRow:
    """One line. `counts` has a number per column, or fewer where the kernel prints one sum (ERR, MIS)."""

    label: str
    counts: tuple[int, ...]
    text: str

    @property
    def total(self) -> int:
        """Times it was raised, on all CPUs."""
        return sum(self.counts)

    @property
    def numeric(self) -> bool:
        """Whether it is a device's interrupt."""
        return self.label.isdecimal()

    @property
    def chip(self) -> str:
        """The interrupt controller, "" where the line does not name one."""
        return self.text.split(" ", 1)[0] if self.numeric else ""


@dataclass(frozen=True, slots=True)
class Interrupts:
    """A whole table: the CPU number of every column, and the lines by label."""

    cpus: tuple[int, ...]
    rows: dict[str, InterruptRow]

    def per_cpu(self, labels: Iterator[str] | tuple[str, ...]) -> dict[int, int]:
        """CPU -> how often it served any of these interrupts; lines without a count per CPU are left out."""
        rows = [row.counts for row in map(self.rows.get, labels) if row and len(row.counts) == len(self.cpus)]
        return dict(zip(self.cpus, map(sum, zip(*rows, strict=True)), strict=True)) if rows else {}


@lru_cache(maxsize=4)
def parse(data: bytes) -> Interrupts | None:
    """The table, None where the first line names no CPU. Kept for the other fact modules, which read the same bytes."""
    lines = data.splitlines()
    cpus = _columns(lines[0]) if lines else ()
    if not cpus:
        return None
    rows: dict[str, InterruptRow] = {}
    for line in lines[1:]:
        label, colon, rest = line.partition(b":")
        if colon and _LABEL.fullmatch(label.strip()):
            name = label.strip().decode("ascii")
            rows.setdefault(name, _row(name, rest, len(cpus)))
    return Interrupts(cpus, rows)


def _columns(header: bytes) -> tuple[int, ...]:
    """The CPU numbers of the header; offline CPUs have no column, so a column's place is not its CPU."""
    words = header.split()
    matches = [_COLUMN.fullmatch(word) for word in words[: MAX_ID + 1]]
    cpus = tuple(int(match.group(1)) for match in matches if match)
    return cpus if len(cpus) == len(words) and len(set(cpus)) == len(cpus) else ()


def _row(label: str, rest: bytes, columns: int) -> InterruptRow:
    words = rest.split(None, columns)
    counts = _counts(words[:columns])
    text = b" ".join(words[len(counts) :]).decode("utf-8", "replace").replace("\0", " ")
    return InterruptRow(label, counts, " ".join(text.split()))


def _counts(words: list[bytes]) -> tuple[int, ...]:
    """The numbers the words begin with. Nearly every line is numbers alone, so these are taken at one stroke."""
    if b"".join(words).isdigit() and max(map(len, words)) <= _DIGITS:
        return tuple(map(int, words))
    numbers = takewhile(lambda word: word.isdigit() and len(word) <= _DIGITS, words)
    return tuple(map(int, numbers))


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The table's sums, then every line's."""
    table = parse(data)
    if table is None:
        yield CPU_COLUMNS.absent("no line of CPU columns", source=source)
        return
    rows = table.rows.values()
    numeric = sum(row.numeric for row in rows)
    yield CPU_COLUMNS.fact(len(table.cpus), source=source)
    yield FIRST_CPU.fact(f"CPU{table.cpus[0]}", source=source)
    yield LAST_CPU.fact(f"CPU{table.cpus[-1]}", source=source)
    yield NUMERIC.fact(numeric, source=source)
    yield NAMED.fact(len(rows) - numeric, source=source)
    yield TOTAL.fact(sum(row.total for row in rows), source=source)
    for row in rows:
        yield from _line(row, table.cpus, source)


def _line(row: InterruptRow, cpus: tuple[int, ...], source: str) -> Iterator[Fact | Absent]:
    yield IRQ_TOTAL.fact(row.total, source=source, subject=row.label)
    yield DESCRIPTION.given(row.text or None, source=source, subject=row.label, reason="the line says nothing")
    yield CHIP.given(row.chip or None, source=source, subject=row.label, reason="the line names no chip")
    most = max(row.counts, default=0)
    hottest = cpus[row.counts.index(most)] if most and len(row.counts) == len(cpus) else None
    share = most / row.total if hottest is not None else None
    reason = "never raised" if not most else "not counted per CPU"
    yield HOTTEST.given(hottest, source=source, subject=row.label, reason=reason)
    yield HOTTEST_SHARE.given(share, source=source, subject=row.label, reason=reason)
