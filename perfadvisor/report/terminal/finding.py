"""One finding in full: why, evidence, what to check first, fix, undo, risk, proof, and what it explains."""

from collections.abc import Iterator

from rich.text import Text

from perfadvisor.formatting import fact_text
from perfadvisor.model.fact import Absent, Fact
from perfadvisor.model.rule import Rule
from perfadvisor.plaintext import one_line
from perfadvisor.report.findings import Entry
from perfadvisor.report.gain import gain_words
from perfadvisor.report.proof import measure_again
from perfadvisor.report.terminal.style import LABEL, STYLES, command, field, labelled, wrapped
from perfadvisor.report.view import ReportView
from perfadvisor.report.words import CONFIDENCE_MEANS


def finding(view: ReportView, number: str, entry: Entry, width: int) -> Iterator[Text]:
    """Everything known of it; in a run of several environments each finding names its own."""
    head = Text(f"{number}. ")
    head.append(f"{entry.severity.upper()}", STYLES[entry.severity])
    head.append(f"  {one_line(entry.title)}", "bold")
    yield head
    yield from _about(view, entry, width)
    yield from field("why", entry.first.why or entry.rule.why, width)
    yield from evidence(entry, width)
    yield from (line for check in entry.rule.check_first for line in field("check", check, width))
    yield from _fix(entry, width)
    yield from field("gain", gain_words(view, entry), width)
    yield from _proof(view, entry.rule, width)
    yield from field("rule", _rule(entry.rule), width, "dim")
    for child in entry.explains:
        yield from field("also", f"explains: {child.title} ({child.severity}; {child.rule.id})", width)
        yield from field("why", child.first.why or child.rule.why, width)
        yield from evidence(child, width)


def _about(view: ReportView, entry: Entry, width: int) -> Iterator[Text]:
    about = [*entry.subjects]
    about += [f"in {one_line(entry.environment)}"] if len(view.environments) > 1 else []
    where = f"{', '.join(about)}: " if about else ""
    yield from wrapped(f"{where}{entry.first.confidence}, {CONFIDENCE_MEANS[entry.first.confidence]}", width, 3, "dim")


def _fix(entry: Entry, width: int) -> Iterator[Text]:
    yield from (line for text in entry.commands for line in command("fix", text))
    yield from (line for text in entry.persist for line in field("keep" if entry.commands else "fix", text, width))
    yield from (line for text in entry.undo for line in command("undo", text))
    yield from field("risk", entry.rule.fix.risk, width)


def _proof(view: ReportView, rule: Rule, width: int) -> Iterator[Text]:
    yield from field("prove", rule.verify.experiment, width)
    if again := measure_again(view, rule):
        yield from command("prove", again)


def _rule(rule: Rule) -> str:
    return f"{rule.id}{f' ({rule.standing})' if rule.standing else ''}"


def evidence(entry: Entry, width: int) -> Iterator[Text]:
    """The facts it rests on, each with its source."""
    several = len(entry.findings) > 1
    facts = [(finding.subject, fact) for finding in entry.findings for fact in finding.evidence]
    for position, (subject, fact) in enumerate(facts):
        about = f" [{fact.subject}]" if fact.subject and (several or fact.subject != subject) else ""
        yield from fact_lines("" if position else "know", fact, about, width)


def fact_lines(label: str, fact: Fact | Absent, about: str, width: int) -> Iterator[Text]:
    """A fact, and where it was read: behind it where there is room, below it where not."""
    value = fact_text(fact) if isinstance(fact, Fact) else f"absent, {fact.reason}"
    line = labelled(label)
    line.append(one_line(f"{fact.name}{about} = {value}"))
    source = one_line(fact.source)
    if source and len(line) + len(source) + 3 > width:
        yield line
        line = Text(" " * (LABEL + 5))
    elif source:
        line.append("  ")
    line.append(source, "dim")
    yield line
