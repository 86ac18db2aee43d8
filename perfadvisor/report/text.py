"""The report for a terminal: the same order and words as the page, one screen a finding, commands never wrapped."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.text import Text

from perfadvisor.facts.trial.own_load import is_own_load
from perfadvisor.formatting import count_of, fact_text, listed
from perfadvisor.model.fact import Absent, Fact
from perfadvisor.model.result import Trust
from perfadvisor.model.rule import Severity
from perfadvisor.plaintext import harmless, one_line
from perfadvisor.report.coverage import locked, not_applicable, passed
from perfadvisor.report.evidence import contradictions, parts
from perfadvisor.report.findings import ASIDE, DOUBTS, Entry, entries, severity_counts
from perfadvisor.report.machine import subtitle
from perfadvisor.report.results import Group, Row, groups, left_out
from perfadvisor.report.verdict import plain, verdict
from perfadvisor.report.view import ReportView
from perfadvisor.report.words import CONFIDENCE_MEANS, TRUST_SIGN, device_words

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST, WIDEST = 60, 120
LABEL = 7  # "prove  "
FACTS_SHOWN = 8
REASONS_SHOWN = 5
NUMBERS = 3 + 13 + 2 + 16 + 3 + 2 + 9  # indent, median, interval, runs and trust with the gaps between them
LONGEST_TITLE = 64
SUBTITLE = 400  # no machine needs more to say what it is

STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
TRUST_STYLES = {Trust.VALID: "green", Trust.NOISY: "yellow", Trust.INVALID: "red", Trust.NOT_MEASURED: "dim"}


def show(view: ReportView, console: "Console", *, verbose: bool = False) -> None:
    """Print the report; colours come and go with the console's own idea of its terminal. `verbose` lists every part of
    saved outputs."""
    for line in lines(view, max(NARROWEST, min(WIDEST, console.width)), verbose=verbose):
        console.print(line, soft_wrap=True, highlight=False)


def lines(view: ReportView, width: int, *, verbose: bool = False) -> Iterator[Text]:
    """The report line by line; only commands and sources may be longer than `width`."""
    found = entries(view.findings)
    yield _line(view.host_name, "bold")
    yield from _wrapped(one_line(subtitle(view))[:SUBTITLE], width, style="dim")
    yield Text()
    yield from _wrapped(plain(verdict(view, found)), width)
    for number, entry in enumerate(found, 1):
        yield Text()
        yield from _heading(found, number - 1)
        yield from _finding(number, entry, width, several=len(view.environments) > 1)
    for group in groups(view):
        yield Text()
        yield from _group(group, width)
    yield Text()
    for heading, told in (("Contradictions", contradictions(view)), ("What was read", parts(view, every=verbose))):
        yield from _told(heading, told, width)
    yield from _locked(view, width)
    yield from _wrapped(summary(view, found), width, style="bold")


def summary(view: ReportView, found: Sequence[Entry]) -> str:
    """The last line: `2 high, 1 low; 31 rules passed, 4 not evaluated, 12 do not apply.`"""
    about = [entry for entry in found if not entry.doubt]
    counts = listed([f"{count} {severity}" for severity, count in severity_counts(about)]) or "No findings"
    doubts = len(found) - len(about)
    counts += f" and {count_of(doubts, 'doubt')} about the measurement" if doubts else ""
    waiting = len({rule.id for each in locked(view) for rule in each.rules})
    rest = f"{count_of(len(passed(view)), 'rule')} passed, {waiting} not evaluated"
    return f"{counts}; {rest}, {len(not_applicable(view))} not applicable."


def _heading(found: Sequence[Entry], place: int) -> Iterator[Text]:
    """A line where another kind of finding begins."""
    entry, before = found[place], found[place - 1] if place else None
    if entry.doubt and not (before and before.doubt):
        yield _line(DOUBTS, "bold")
    elif entry.aside and not entry.doubt and not (before and before.aside):
        yield _line(ASIDE, "bold")


def _finding(number: int, entry: Entry, width: int, *, several: bool = False) -> Iterator[Text]:
    """With `several` environments in the run each finding names its own."""
    head = Text(f"{number}. ")
    head.append(f"{entry.severity.upper()}", STYLES[entry.severity])
    head.append(f"  {one_line(entry.title)}", "bold")
    yield head
    about = [*entry.subjects[:4], *([f"{len(entry.subjects) - 4} more"] if len(entry.subjects) > 4 else [])]
    about += [f"in {one_line(entry.environment)}"] if several else []
    where = f"{', '.join(about)}: " if about else ""
    yield from _wrapped(f"{where}{entry.first.confidence}, {CONFIDENCE_MEANS[entry.first.confidence]}", width, 3, "dim")
    yield from _field("why", entry.first.why or entry.rule.why, width)
    yield from _evidence(entry, width)
    yield from (line for check in entry.rule.check_first for line in _field("check", check, width))
    yield from (line for text in entry.commands for line in _command("fix", text))
    yield from (line for text in entry.persist[:2] for line in _field("keep" if entry.commands else "fix", text, width))
    yield from (line for text in entry.undo for line in _command("undo", text))
    yield from _field("risk", entry.rule.fix.risk, width)
    yield from _field("prove", entry.rule.verify.experiment, width)
    if entry.rule.verify.rerun:
        yield from _command("prove", f"perfadvisor run {' '.join(entry.rule.verify.rerun)}")
    for child in entry.explains:
        yield from _field("also", f"explains: {child.title} ({child.severity}; {child.rule.id})", width)
    standing = f" ({entry.rule.standing})" if entry.rule.standing else ""
    yield from _field("rule", f"{entry.rule.id}{standing}", width, "dim")


def _evidence(entry: Entry, width: int) -> Iterator[Text]:
    several = len(entry.findings) > 1
    facts = [(finding.subject, fact) for finding in entry.findings for fact in finding.evidence]
    for position, (subject, fact) in enumerate(facts[:FACTS_SHOWN]):
        about = f" [{fact.subject}]" if fact.subject and (several or fact.subject != subject) else ""
        yield from _fact("know" if not position else "", fact, about, width)
    if len(facts) > FACTS_SHOWN:
        yield from _field("", f"and {len(facts) - FACTS_SHOWN} more facts", width, "dim")


def _fact(label: str, fact: Fact | Absent, about: str, width: int) -> Iterator[Text]:
    value = fact_text(fact) if isinstance(fact, Fact) else f"absent, {fact.reason}"
    line = _labelled(label)
    line.append(one_line(f"{fact.name}{about} = {value}"))
    source = one_line(fact.source)
    if source and len(line) + len(source) + 3 > width:
        yield line
        line = Text(" " * (LABEL + 5))
    elif source:
        line.append("  ")
    line.append(source, "dim")
    yield line


def _group(group: Group, width: int) -> Iterator[Text]:
    several = len({row.cell.environment for row in group.rows}) > 1
    heading = _line(device_words(group.device), "bold")
    yield heading.append(f"  median, {group.coverage} interval, runs, trust" if group.coverage else "", "dim")
    room = min(LONGEST_TITLE, width - NUMBERS)
    for row in group.rows:
        yield from _watched(row, room) if is_own_load(row.cell.workload) else _row(row, room, several)
        for doubt in row.cell.doubts if row.main else ():
            yield from _wrapped(f"{doubt.reason}: {doubt.evidence}", width, 5, "dim")
        for said in left_out(row.cell):
            yield from _wrapped(said, width, 5, "dim")


def _watched(row: Row, room: int) -> Iterator[Text]:
    """A machine's own load: each figure by name, once."""
    yield Text(f"   {one_line(row.title)}")
    for measure in reversed(row.all):
        yield Text(f"     {measure.words:<{room - 2}}{measure.median:>13}")


def _row(row: Row, room: int, several: bool) -> Iterator[Text]:
    title = one_line(row.title + (f", {row.cell.environment}" if several else ""))
    if not row.main:
        yield _line(f"   {title}: {row.nothing}", "dim")
    for position, (measure, _) in enumerate(row.main):
        name = title if not position else f"  {measure.words}"
        if len(name) > room:
            yield Text(f"   {name}")
            name = ""
        line = Text(f"   {name:<{room}}")
        line.append(f"{measure.median:>13}", "bold")
        line.append(f"  {measure.interval:<16}{measure.n:>3}  ", "dim")
        if not position:
            line.append(f"{TRUST_SIGN[row.cell.trust]} {row.cell.trust}", TRUST_STYLES[row.cell.trust])
        line.rstrip()
        yield line


def _locked(view: ReportView, width: int) -> Iterator[Text]:
    waiting = locked(view)
    if waiting:
        yield _line("Not evaluated", "bold")
    for each in waiting[:REASONS_SHOWN]:
        unlock = f"; {each.unlock}" if each.unlock else ""
        facts = ", ".join(each.facts[:3]) + (f" and {len(each.facts) - 3} more" if len(each.facts) > 3 else "")
        text = f"{count_of(len(each.rules), 'rule')}: {facts}: {each.reason}{unlock}"
        yield from _wrapped(text, width, indent=3)
    if len(waiting) > REASONS_SHOWN:
        yield _line(f"   and {len(waiting) - REASONS_SHOWN} more reasons, in the page and the JSON", "dim")
    if waiting:
        yield Text()


def _told(heading: str, told: Sequence[str], width: int) -> Iterator[Text]:
    if told:
        yield _line(heading, "bold")
        for one in told:
            yield from _wrapped(one_line(one), width, indent=3)
        yield Text()


def _labelled(label: str) -> Text:
    return Text("   ").append(f"{label:<{LABEL}}", "dim")


def _field(label: str, text: str, width: int, style: str = "") -> Iterator[Text]:
    room = width - LABEL - 3
    for paragraph in harmless(text).splitlines():
        for part in wrap(paragraph, room, break_on_hyphens=False, break_long_words=False):
            yield _labelled(label).append(part, style)
            label = ""


def _command(label: str, text: str) -> Iterator[Text]:
    """A command as it is, never broken: it must survive being copied."""
    for part in harmless(text).splitlines():
        yield _labelled(label).append(part, "cyan")
        label = ""


def _wrapped(text: str, width: int, indent: int = 0, style: str = "") -> Iterator[Text]:
    for part in wrap(harmless(text), width - indent, break_on_hyphens=False):
        yield Text(" " * indent).append(part, style)


def _line(text: str, style: str = "") -> Text:
    return Text(one_line(text), style)
