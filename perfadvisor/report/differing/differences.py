"""What differs between judged machines or runs: settings and identity by fact, findings gained and lost, results.

Measured facts are no difference of the machines: they move by themselves, and results are compared with intervals.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfadvisor.formatting import NO_VALUE, count_of, fact_text
from perfadvisor.model.fact import Absent, Fact, FactTable, Nature
from perfadvisor.model.gate import Comparison
from perfadvisor.report.differing.changes import FindingRow, finding_rows
from perfadvisor.report.view import ReportView

RESULT = "result"


@dataclass(frozen=True, kw_only=True, slots=True)
class FactRow:
    """A fact that not all sides have alike: its text on each; a dash where that side has no such thing, and the
    reason where it could not be read. A thing that some sides lack altogether is one row, named by its kind."""

    name: str
    subject: str
    environment: str
    nature: Nature
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Differences:
    """The sides by name, and what differs. `findings` were gained or lost, `accepted` are those that a waiver accepts
    on some side. `results` has the comparisons of each later side with the first one; `left_out` says what could not
    be compared, `notes` are about the sides themselves."""

    names: tuple[str, ...]
    settings: tuple[FactRow, ...]
    identity: tuple[FactRow, ...]
    findings: tuple[FindingRow, ...]
    same_findings: int
    accepted: tuple[FindingRow, ...] = ()
    results: tuple[tuple[Comparison, ...], ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def differences(
    names: Sequence[str],
    views: Sequence[ReportView],
    results: Sequence[Sequence[Comparison]] = (),
    left_out: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Differences:
    """The sides side by side; environments of the same name are compared, else each side's base."""
    rows = [row for label, tables in _environments(views) for row in _facts(label, tables)]
    found = finding_rows(views)
    return Differences(
        names=tuple(names),
        settings=tuple(row for row in rows if row.nature is Nature.SETTING),
        identity=tuple(row for row in rows if row.nature is Nature.IDENTITY),
        findings=tuple(row for row in found if row.changed),
        same_findings=sum(row.on_all for row in found),
        accepted=tuple(row for row in found if row.accepted),
        results=tuple(map(tuple, results)),
        left_out=tuple(left_out),
        notes=tuple(notes),
    )


def _environments(views: Sequence[ReportView]) -> Iterator[tuple[str, list[FactTable]]]:
    common = [name for name in views[0].facts if all(name in view.facts for view in views)]
    if len(common) > 1:
        yield from ((name, [view.facts[name] for view in views]) for name in common)
    else:
        yield "", [view.facts.get(view.base, FactTable(())) for view in views]


Thing = tuple[str, str]  # kind and subject


def _facts(label: str, tables: Sequence[FactTable]) -> Iterator[FactRow]:
    keys = {(fact.name, fact.subject): None for table in tables for fact in table}
    sizes = [Counter(_thing(one) for one in table if isinstance(one, Fact) and one.subject) for table in tables]
    partial = sorted({thing for size in sizes for thing in size if not all(other[thing] for other in sizes)})
    for kind, subject in partial:
        if kind != RESULT:
            values = tuple(count_of(size[kind, subject], "fact") if size[kind, subject] else NO_VALUE for size in sizes)
            yield FactRow(name=kind, subject=subject, environment=label, nature=Nature.IDENTITY, values=values)
    alone = set(partial)
    for name, subject in sorted(key for key in keys if (key[0].partition(".")[0], key[1]) not in alone):
        found = [table.find(name, subject) for table in tables]
        known = [one for one in found if isinstance(one, Fact)]
        if name.startswith(f"{RESULT}.") or not known or known[0].nature is Nature.MEASURED:
            continue
        if len(known) == len(found) and len({one.value for one in known}) == 1:
            continue
        values = tuple(map(_text, found))
        yield FactRow(name=name, subject=subject, environment=label, nature=known[0].nature, values=values)


def _thing(fact: Fact) -> Thing:
    return fact.name.partition(".")[0], fact.subject


def _text(fact: Fact | Absent | None) -> str:
    if isinstance(fact, Fact):
        return fact_text(fact)
    return f"unknown: {fact.reason}" if fact else NO_VALUE
