"""What `--explain` prints: one finding, what one rule answered, or everything."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from rich.text import Text

from perfadvisor.errors import InputError
from perfadvisor.model.fact import Absent, Fact
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.report.findings import Entry, entries
from perfadvisor.report.terminal import full
from perfadvisor.report.terminal.finding import fact_lines, finding
from perfadvisor.report.terminal.style import field, line
from perfadvisor.report.view import ReportView
from perfadvisor.report.words import general_title

ALL = "all"


def lines(view: ReportView, wanted: Sequence[str], width: int) -> Iterator[Text]:
    """Each of `wanted` in turn: the number of a finding, the id of a rule, or "all". InputError for anything else."""
    found = entries(view.findings)
    for position, one in enumerate(wanted):
        if position:
            yield Text()
        yield from full.lines(view, width) if one == ALL else _explained(view, found, one, width)


def _explained(view: ReportView, found: Sequence[Entry], wanted: str, width: int) -> Iterator[Text]:
    if wanted.isdecimal():
        yield from _numbered(view, found, int(wanted), width)
        return
    numbers = [number for number, entry in enumerate(found, 1) if wanted in _ids(entry)]
    answers = [one for one in view.findings if one.rule.id == wanted]
    if not answers:
        raise InputError(f"no rule {wanted!r} was asked here", _near(view, wanted))
    for number in numbers:
        yield from _numbered(view, found, number, width)
    yield from _answers(answers, width, fired=bool(numbers))


def _numbered(view: ReportView, found: Sequence[Entry], number: int, width: int) -> Iterator[Text]:
    if not 0 < number <= len(found):
        raise InputError(f"no finding {number}: the findings are 1 to {len(found)}" if found else "no rule fired")
    yield from finding(view, str(number), found[number - 1], width)


def _ids(entry: Entry) -> set[str]:
    return {entry.rule.id, *(child.rule.id for child in entry.explains)}


def _answers(answers: Sequence[Finding], width: int, *, fired: bool) -> Iterator[Text]:
    """What the rule answered where it did not fire, and the facts it looked at."""
    others = [one for one in answers if one.outcome is not Outcome.FIRES]
    if others and not fired:
        yield line(f"{others[0].rule.id}: {general_title(others[0].rule)}", "bold")
    for one in others:
        about = ", ".join(filter(None, (one.subject, one.environment)))
        yield from field(_WORDS[one.outcome], f"{about}{f': {one.reason}' if one.reason else ''}", width)
        for fact in one.evidence:
            yield from fact_lines("", fact, _of(fact, one.subject), width)
        for absent in one.missing:
            yield from fact_lines("lacks", absent, _of(absent, one.subject), width)
    if others and not fired:
        yield from field("when", others[0].rule.when, width, "dim")


def _of(fact: Fact | Absent, subject: str) -> str:
    return f" [{fact.subject}]" if fact.subject not in ("", subject) else ""


_WORDS = {Outcome.CLEAR: "passed", Outcome.UNKNOWN: "unknown", Outcome.NOT_APPLICABLE: "n/a", Outcome.FIRES: "fires"}


def _near(view: ReportView, wanted: str) -> str:
    near = get_close_matches(wanted, {one.rule.id for one in view.findings}, n=1)
    return f"did you mean {near[0]!r}?" if near else "perfadvisor rules list"
