"""What was made of saved outputs, in words: each part, what was left out of it, and contradictions."""

from perfadvisor.formatting import count_of
from perfadvisor.model.evidence import Contradiction, PartNote
from perfadvisor.report.view import ReportView

MOST_UNREAD = 3


def contradictions(view: ReportView) -> tuple[str, ...]:
    """A sentence for each fact that two parts give differently."""
    return tuple(map(contradiction, view.contradictions))


def contradiction(one: Contradiction) -> str:
    """One such sentence."""
    about = f" [{one.subject}]" if one.subject else ""
    return f"{one.name}{about}: {one.earlier} in {one.earlier_at}, {one.later} in {one.later_at}: the later one counts"


def parts(view: ReportView, *, every: bool) -> tuple[str, ...]:
    """A line for each part; without `every`, only a few of those that gave nothing, so that none is dropped unseen."""
    if every:
        return tuple(_words(note) for note in view.evidence)
    unread = [note for note in view.evidence if not note.facts]
    rest = len(unread) - MOST_UNREAD
    more = [f"and {count_of(rest, 'more part')} without facts; -v lists every part"] if rest > 0 else []
    return (*(_words(note) for note in unread[:MOST_UNREAD]), *more)


def _words(note: PartNote) -> str:
    """`paste.txt, line 9: ethtool (ethtool -g p1p1), 7 lines, 100 % of them fit: 8 facts`."""
    where = f"{note.file}, line {note.line}" if note.lines else note.file
    what = note.kind or "not recognised"
    command = f" ({note.command})" if note.command else ""
    size = f", {count_of(note.lines, 'line')}" if note.lines else ""
    fit = f", {note.fit:.0%} of them fit" if note.kind and note.fit else ""
    machine = f", of {note.machine}" if note.machine else ""
    facts = count_of(note.facts, "fact") if note.facts else "no facts"
    said = f" ({note.note})" if note.note and note.note != "not understood" else ""
    return f"{where}: {what}{command}{size}{fit}{machine}: {facts}{said}"
