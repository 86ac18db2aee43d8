"""The table of results in a terminal."""

from collections.abc import Iterator

from rich.text import Text

from perfadvisor.facts.trial.own_load import is_own_load
from perfadvisor.plaintext import one_line
from perfadvisor.report.results import ResultGroup, ResultRow, left_out
from perfadvisor.report.terminal.style import TRUST_STYLES, line, wrapped
from perfadvisor.report.words import TRUST_SIGN, device_words

NUMBERS = 3 + 13 + 2 + 16 + 3 + 2 + 9  # indent, median, interval, runs and trust with the gaps between them
LONGEST_TITLE = 64


def group(of: ResultGroup, width: int) -> Iterator[Text]:
    """All rows of one kind of device, with what speaks against their numbers."""
    several = len({row.cell.environment for row in of.rows}) > 1
    heading = line(device_words(of.device), "bold")
    yield heading.append(f"  median, {of.coverage} interval, runs, trust" if of.coverage else "", "dim")
    room = min(LONGEST_TITLE, width - NUMBERS)
    for row in of.rows:
        yield from _watched(row, room) if is_own_load(row.cell.workload) else rows(row, room, several)
        if row.ceilings.verdict:
            yield from wrapped(row.ceilings.verdict, width, 5)
        if row.walks:
            yield from wrapped(row.walks, width, 5, "dim")
        for doubt in row.cell.doubts if row.main else ():
            yield from wrapped(f"{doubt.reason}: {doubt.evidence}", width, 5, "dim")
        for dip in row.dips:
            yield from wrapped(f"dip in {dip}", width, 5, "dim")
        for each in left_out(row.cell):
            yield from wrapped(each, width, 5, "dim")


def _watched(row: ResultRow, room: int) -> Iterator[Text]:
    """A machine's own load: each figure by name, once."""
    yield Text(f"   {one_line(row.title)}")
    for measure in reversed(row.all):
        yield Text(f"     {measure.words:<{room - 2}}{measure.median:>13}")


def rows(row: ResultRow, room: int, several: bool) -> Iterator[Text]:
    """A workload in one environment: its headline, then its other measures."""
    title = one_line(row.title + (f", {row.cell.environment}" if several else ""))
    if not row.main:
        yield line(f"   {title}: {row.nothing}", "dim")
    for position, (measure, _) in enumerate(row.main):
        name = title if not position else f"  {measure.words}"
        if len(name) > room:
            yield Text(f"   {name}")
            name = ""
        text = Text(f"   {name:<{room}}")
        text.append(f"{measure.median:>13}", "bold")
        text.append(f"  {measure.interval:<16}{measure.n:>3}  ", "dim")
        if not position:
            text.append(f"{TRUST_SIGN[row.cell.trust]} {row.cell.trust}", TRUST_STYLES[row.cell.trust])
        text.rstrip()
        yield text
