"""Differences for the terminal: findings first, then results, then settings, then what the machines are."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from perfadvisor.formatting import count_of
from perfadvisor.report.differing.changes import NOT_ASKED, FindingRow
from perfadvisor.report.differing.differences import Differences, FactRow
from perfadvisor.report.gate_words import change, level
from perfadvisor.report.terminal.style import STYLES, clipped, line, wrapped

NARROW = 12  # characters that a value has at least


def lines(found: Differences, width: int) -> Iterator[Text]:
    """Every difference, one per line; nothing is left out."""
    yield line(" -> ".join(found.names), "bold")
    yield Text()
    yield from _findings(found, width)
    yield from _results(found, width)
    yield from _facts("Settings", found.settings, width)
    yield from _facts("Identity", found.identity, width)
    yield from wrapped(summary(found), width, style="bold")


def summary(found: Differences) -> str:
    """`2 findings gained, 1 lost; 12 settings differ; 30 results compared.`"""
    gained = sum(row.gained for row in found.findings)
    compared = sum(map(len, found.results))
    results = f"{count_of(compared, 'result')} compared" if compared else "no results compared"
    facts = f"{count_of(len(found.settings), 'setting')} and {count_of(len(found.identity), 'fact')} of identity differ"
    lost = len(found.findings) - gained
    accepted = f", {len(found.accepted)} accepted" if found.accepted else ""
    findings = f"{count_of(gained, 'finding')} gained, {lost} lost, {found.same_findings} on all sides{accepted}"
    return f"{findings}; {facts}; {results}."


def _findings(found: Differences, width: int) -> Iterator[Text]:
    gained = [row for row in found.findings if row.gained]
    lost = [row for row in found.findings if not row.gained]
    for title, rows in (("Findings gained", gained), ("Findings lost", lost), ("Findings accepted", found.accepted)):
        if rows:
            yield line(title, "bold")
            yield from (_finding(row, width) for row in rows)
            yield Text()


def _finding(row: FindingRow, width: int) -> Text:
    about = ", ".join(filter(None, (row.subject, row.environment)))
    where = f" ({about})" if about and about not in row.title else ""
    outcomes = " -> ".join(outcome or NOT_ASKED for outcome in row.outcomes)
    text = Text("   ").append(f"{row.severity.upper():<9}", STYLES[row.severity])
    room = max(NARROW, width - 14 - len(outcomes))
    return text.append(clipped(f"{row.title}{where}", room)).append(f"  {outcomes}", "dim")


def _results(found: Differences, width: int) -> Iterator[Text]:
    if not any(found.results) and not found.left_out:
        return
    yield line("Results", "bold").append("  first, later, change with its 95 % interval", "dim")
    for name, comparisons in zip(found.names[1:], found.results, strict=False):
        if len(found.results) > 1:
            yield line(f"  {name}", "bold")
        for one in comparisons:
            figures = f"{level(one.baseline, one.unit):>13}  {level(one.candidate, one.unit):>13}  {change(one)}"
            note = f"  {one.explanation}" if one.explanation and one.ratio is None else ""
            yield line(f"   {clipped(one.id, max(NARROW, width - 60)):<{max(NARROW, width - 60)}}{figures}{note}")
    for each in found.left_out:
        yield from wrapped(each, width, 3, "dim")
    yield Text()


def _facts(title: str, rows: Sequence[FactRow], width: int) -> Iterator[Text]:
    if not rows:
        return
    yield line(title, "bold")
    for row in rows:
        where = f" in {row.environment}" if row.environment else ""
        name = f"{row.name}{f' [{row.subject}]' if row.subject else ''}{where}"
        room = max(NARROW, (width - 52) // len(row.values))
        yield line(f"   {name:<44}  {' -> '.join(clipped(value, room) for value in row.values)}")
    yield Text()
