"""The whole report for a terminal: the same order and words as the page, nothing left out."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from perfadvisor.formatting import count_of, listed
from perfadvisor.plaintext import one_line
from perfadvisor.report.asking import commands
from perfadvisor.report.coverage import PassedRule, locked, not_applicable, passed
from perfadvisor.report.evidence import contradictions, parts
from perfadvisor.report.findings import ASIDE, DOUBTS, Entry, accepted, accepted_words, entries, severity_counts
from perfadvisor.report.machine import subtitle
from perfadvisor.report.results import groups
from perfadvisor.report.terminal.finding import finding
from perfadvisor.report.terminal.results import group
from perfadvisor.report.terminal.style import line, wrapped
from perfadvisor.report.verdict import plain, verdict
from perfadvisor.report.view import ReportView
from perfadvisor.report.words import general_title

SUBTITLE = 400  # no machine needs more to say what it is


def lines(view: ReportView, width: int) -> Iterator[Text]:
    """The report line by line; only commands and sources may be longer than `width`."""
    found = entries(view.findings)
    yield from title(view, width)
    yield Text()
    yield from wrapped(plain(verdict(view, found)), width)
    for number, entry in enumerate(found, 1):
        yield Text()
        yield from heading(found, number - 1)
        yield from finding(view, str(number), entry, width)
    for each in groups(view):
        yield Text()
        yield from group(each, width)
    yield Text()
    yield from told("Contradictions", contradictions(view), width)
    yield from told("What was read", parts(view, every=True), width)
    yield from asked(view)
    yield from told("Accepted", [accepted_words(one) for one in accepted(view.findings)], width)
    yield from _locked(view, width)
    yield from _rules("Passed", passed(view), width)
    yield from _rules("Not applicable", not_applicable(view), width)
    yield from wrapped(summary(view, found), width, style="bold")


def asked(view: ReportView) -> Iterator[Text]:
    """The commands whose outputs would let most rules be asked, on one line to copy."""
    if found := commands(view):
        yield line("What to give next", "bold")
        yield Text(f"   {'; '.join(found)}")
        yield Text()


def title(view: ReportView, width: int) -> Iterator[Text]:
    """The machine's name, and what it is."""
    yield line(view.host_name, "bold")
    yield from wrapped(one_line(subtitle(view))[:SUBTITLE], width, style="dim")


def summary(view: ReportView, found: Sequence[Entry]) -> str:
    """The last line: `2 high, 1 low; 31 rules passed, 4 not evaluated, 12 do not apply.`"""
    about = [entry for entry in found if not entry.doubt]
    counts = listed([f"{count} {severity}" for severity, count in severity_counts(about)]) or "No findings"
    waived = len(accepted(view.findings))
    counts += f", {waived} accepted" if waived else ""
    doubts = len(found) - len(about)
    counts += f" and {count_of(doubts, 'doubt')} about the measurement" if doubts else ""
    waiting = len({rule.id for each in locked(view) for rule in each.rules})
    rest = f"{count_of(len(passed(view)), 'rule')} passed, {waiting} not evaluated"
    return f"{counts}; {rest}, {len(not_applicable(view))} not applicable."


def heading(found: Sequence[Entry], place: int) -> Iterator[Text]:
    """A line where another kind of finding begins."""
    entry, before = found[place], found[place - 1] if place else None
    if entry.doubt and not (before and before.doubt):
        yield line(DOUBTS, "bold")
    elif entry.aside and not entry.doubt and not (before and before.aside):
        yield line(ASIDE, "bold")


def told(title: str, texts: Sequence[str], width: int) -> Iterator[Text]:
    """Sentences below a heading; nothing where there is none."""
    if texts:
        yield line(title, "bold")
        for one in texts:
            yield from wrapped(one_line(one), width, indent=3)
        yield Text()


def _locked(view: ReportView, width: int) -> Iterator[Text]:
    waiting = locked(view)
    if waiting:
        yield line("Not evaluated", "bold")
    for each in waiting:
        unlock = f"; {each.unlock}" if each.unlock else ""
        text = f"{count_of(len(each.rules), 'rule')}: {', '.join(each.facts)}: {each.reason}{unlock}"
        yield from wrapped(text, width, indent=3)
        yield from wrapped(", ".join(rule.id for rule in each.rules), width, indent=5, style="dim")
    if waiting:
        yield Text()


def _rules(title: str, rules: Sequence[PassedRule], width: int) -> Iterator[Text]:
    yield from told(
        title, [f"{each.rule.id}: {general_title(each.rule)}{_because(each.reason)}" for each in rules], width
    )


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""
