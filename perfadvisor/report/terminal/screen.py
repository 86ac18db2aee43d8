"""One screen: the verdict, each finding with its fix, the headline results, and how to see the rest."""

import shlex
from collections.abc import Iterator, Sequence

from rich.text import Text

from perfadvisor.commands import as_typed
from perfadvisor.facts.trial.own_load import is_own_load
from perfadvisor.formatting import count_of, listed
from perfadvisor.model.result import Trust
from perfadvisor.plaintext import one_line
from perfadvisor.report.evidence import contradictions, parts
from perfadvisor.report.findings import Entry, entries, severity_counts
from perfadvisor.report.gain import NOT_MEASURED, gain_words
from perfadvisor.report.machine import subtitle
from perfadvisor.report.results import ResultRow, groups
from perfadvisor.report.terminal.environment_labels import labels
from perfadvisor.report.terminal.full import asked, heading, summary, told
from perfadvisor.report.terminal.style import STYLES, TRUST_STYLES, clipped, line, wrapped
from perfadvisor.report.verdict import plain, verdict
from perfadvisor.report.view import ReportView
from perfadvisor.report.words import TRUST_SIGN

MOST = 40  # lines: what a terminal of usual size shows at once
RESULTS = 8  # lines of results where findings want the room
SHORTEST = 8  # of a workload's title: what tells results apart is mostly the environment
INDENT = 12
FIGURES = 3 + 13 + 2 + 18 + 13  # indent, median, interval and trust


def lines(view: ReportView, width: int, *, verbose: bool = False) -> Iterator[Text]:
    """At most `MOST` lines, unless the machine's contradictions or `verbose`, which lists every part, ask for more."""
    found = entries(view.findings)
    top = [*_title(view, width), Text(), *wrapped(plain(verdict(view, found)), width), Text()]
    told_of = [
        *told("Contradictions", contradictions(view), width),
        *told("What was read", parts(view, every=verbose), width),
        *asked(view),
    ]
    end = [*wrapped(summary(view, found), width, style="bold"), *_next(view, found)]
    results = _results(view, width)
    room = MOST - len(top) - len(told_of) - len(end)
    listed_here = _findings(view, found, width, room - min(RESULTS, len(results)))
    room -= len(listed_here)
    yield from (*top, *listed_here, *_fitting(results, room, "result"), *told_of, *end)


def _title(view: ReportView, width: int) -> Iterator[Text]:
    head = Text(clipped(view.host_name, width), "bold")
    about = clipped(subtitle(view), max(0, width - len(head) - 2))
    yield head.append(f"  {about}" if len(about) > 1 else "", "not bold dim")


def _findings(view: ReportView, found: Sequence[Entry], width: int, room: int) -> list[Text]:
    """As many as fit, worst first; the others are counted. A blank line ends them."""
    kept: list[Text] = []
    for place, entry in enumerate(found):
        block = [*heading(found, place), *_finding(view, place + 1, entry, width)]
        last = place == len(found) - 1
        if len(kept) + len(block) + (1 if last else 2) > room:
            rest = listed([f"{count} {severity}" for severity, count in severity_counts(found[place:])])
            kept.append(line(f"   and {count_of(len(found) - place, 'more finding')} ({rest}): --explain all", "dim"))
            break
        kept += block
    return [*kept, Text()] if kept else []


def _finding(view: ReportView, number: int, entry: Entry, width: int) -> Iterator[Text]:
    """What is wrong and where; below it the fix, whole or clearly cut."""
    text = Text(f"{number:>2} ").append(f"{entry.severity.upper():<9}", STYLES[entry.severity])
    text.append(_titled(entry.title, _where(view, entry), width - INDENT, width // 2))
    yield text
    if not entry.doubt:
        yield Text(" " * INDENT).append("fix  ", "dim").append(*_fix(number, entry, width - INDENT - 5))
    gain = gain_words(view, entry)
    if gain != NOT_MEASURED:
        yield Text(" " * INDENT).append(f"gain {gain}", "dim")


def _titled(title: str, where: str, room: int, least: int) -> str:
    """Both in one line: the title is cut first, down to its `least` length."""
    kept = clipped(title, max(least, room - len(where)))
    return f"{kept}{where}" if len(kept) + len(where) <= room else clipped(f"{kept}{where}", room)


def _where(view: ReportView, entry: Entry) -> str:
    unnamed = [subject for subject in entry.subjects if subject not in entry.title]
    about = [*unnamed[:2], *([f"{len(unnamed) - 2} more"] if len(unnamed) > 2 else [])]
    about += [f"in {_label(view, entry.environment)}"] if len(view.environments) > 1 else []
    return f" ({', '.join(about)})" if about else ""


def _label(view: ReportView, environment: str) -> str:
    return labels(one.name for one in view.environments).get(environment, environment)


def _fix(number: int, entry: Entry, room: int) -> tuple[str, str]:
    """The fix and its style: a command only where all of it stands here; else its beginning and where the rest is."""
    commands = [one for text in entry.commands for one in text.splitlines() if one.strip()]
    if len(commands) == 1 and len(commands[0]) <= room:
        return one_line(commands[0].strip()), "cyan"
    more = f"  (--explain {number})"
    text = entry.fix_line or " ".join(entry.rule.check_first[:1]) or entry.rule.verify.experiment or "nothing to change"
    whole = len(commands) < 2 and not entry.commands and len(text) <= room
    return (clipped(text, room), "") if whole else (clipped(text, room - len(more)) + more, "")


def _results(view: ReportView, width: int) -> list[Text]:
    several = len(view.environments) > 1
    rows = [row for group in groups(view) for row in group.rows if row.main or not is_own_load(row.cell.workload)]
    return [_result(row, width, _label(view, row.cell.environment) if several else "") for row in rows]


def _result(row: ResultRow, width: int, label: str) -> Text:
    """`label` is the environment's name in a run of several."""
    room = max(20, min(64, width - FIGURES))
    title = _titled(row.title, f", {label}" if label else "", room, SHORTEST)
    mark = f"{TRUST_SIGN[row.cell.trust]} {row.cell.trust.replace('_', ' ')}"
    text = Text(f"   {title:<{room}}")
    if row.main:
        measure, _ = row.main[0]
        text.append(f"{measure.median:>13}", "bold").append(f"  {measure.interval:<18}", "dim")
    if row.main or row.cell.trust is Trust.NOT_MEASURED:
        text.append(mark if row.main else f"  {mark}: {clipped(row.cell.why, 40)}", TRUST_STYLES[row.cell.trust])
    text.truncate(width, overflow="ellipsis")
    return text


def _fitting(rows: Sequence[Text], room: int, word: str) -> list[Text]:
    """As many rows as there is room for, then a blank line."""
    if not rows:
        return []
    if len(rows) + 1 <= room:
        return [*rows, Text()]
    shown = max(0, room - 2)
    return [*rows[:shown], line(f"   and {count_of(len(rows) - shown, f'more {word}')}: --explain all", "dim"), Text()]


def _next(view: ReportView, found: Sequence[Entry]) -> Iterator[Text]:
    """The commands that show more."""
    source = shlex.quote(view.source) if ", " not in view.source else "PATH..."
    some = "1 (or a rule, or all)" if found else "all"
    yield Text("more: ", "dim").append(as_typed(f"perfadvisor advise {one_line(source)} --explain {some}"), "cyan")
    yield Text("page: ", "dim").append(as_typed(f"perfadvisor report {one_line(source)} -o report.html"), "cyan")
