"""What differs between judged machines or runs: settings and identity by fact, findings gained and lost, results.

Measured facts are no difference of the machines: they move by themselves, and results are compared with intervals.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfadvisor.formatting import NO_VALUE, count_of, fact_text
from perfadvisor.model.fact import Absent, Fact, FactTable, Nature
from perfadvisor.model.gate import Comparison
from perfadvisor.model.rule import SEVERITIES, Finding, Outcome, Severity
from perfadvisor.report.view import ReportView

RESULT = "result"
_RANK = (Outcome.FIRES, Outcome.UNKNOWN, Outcome.CLEAR, Outcome.NOT_APPLICABLE)


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
class FindingRow:
    """A rule that fires on some sides and not on others, with its outcome on each ("" where it was not asked)."""

    rule: str
    title: str
    severity: Severity
    subject: str
    environment: str
    outcomes: tuple[str, ...]

    @property
    def gained(self) -> bool:
        """Whether it is new on a later side."""
        return self.outcomes[0] != Outcome.FIRES


@dataclass(frozen=True, kw_only=True, slots=True)
class Differences:
    """The sides by name, and what differs. `results` has the comparisons of each later side with the first one;
    `left_out` says what could not be compared."""

    names: tuple[str, ...]
    settings: tuple[FactRow, ...]
    identity: tuple[FactRow, ...]
    findings: tuple[FindingRow, ...]
    same_findings: int
    results: tuple[tuple[Comparison, ...], ...] = ()
    left_out: tuple[str, ...] = ()


def differences(
    names: Sequence[str],
    views: Sequence[ReportView],
    results: Sequence[Sequence[Comparison]] = (),
    left_out: Sequence[str] = (),
) -> Differences:
    """The sides side by side; environments of the same name are compared, else each side's base."""
    rows = [row for label, tables in _environments(views) for row in _facts(label, tables)]
    found = list(_findings(views))
    return Differences(
        names=tuple(names),
        settings=tuple(row for row in rows if row.nature is Nature.SETTING),
        identity=tuple(row for row in rows if row.nature is Nature.IDENTITY),
        findings=tuple(sorted((row for row in found if len(_fires(row)) > 1), key=_order)),
        same_findings=sum(_fires(row) == {True} for row in found),
        results=tuple(map(tuple, results)),
        left_out=tuple(left_out),
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


Key = tuple[str, str, str]


def _findings(views: Sequence[ReportView]) -> Iterator[FindingRow]:
    several = any(len(view.environments) > 1 for view in views)
    sides = [_by_key(view, several) for view in views]
    keys = {key: one for side in reversed(sides) for key, one in side.items() if one.outcome is Outcome.FIRES}
    for key, one in keys.items():
        answers = [side.get(key) for side in sides]
        yield FindingRow(
            rule=one.rule.id,
            title=one.title or one.rule.title,
            severity=one.rule.severity,
            subject=key[1],
            environment=key[2],
            outcomes=tuple(answer.outcome.value if answer else "" for answer in answers),
        )


def _by_key(view: ReportView, several: bool) -> dict[Key, Finding]:
    """Findings by rule, subject and, where any side has several, environment; the gravest outcome of each."""
    kept: dict[Key, Finding] = {}
    for one in sorted(view.findings, key=lambda each: -_RANK.index(each.outcome)):
        subject = one.subject.removesuffix(f"@{one.environment}")
        kept[one.rule.id, subject, one.environment if several else ""] = one
    return kept


def _fires(row: FindingRow) -> set[bool]:
    return {outcome == Outcome.FIRES for outcome in row.outcomes}


def _order(row: FindingRow) -> tuple[bool, int, str, str]:
    return not row.gained, SEVERITIES.index(row.severity), row.rule, row.subject
