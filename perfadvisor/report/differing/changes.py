"""Findings of several sides: which were gained, which were lost, and which a waiver accepts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfadvisor.model.rule import SEVERITIES, Finding, Outcome, Severity
from perfadvisor.report.view import ReportView

FIRES, ACCEPTED, NOT_ASKED = Outcome.FIRES.value, "accepted", "not asked"
_RANK = (Outcome.FIRES, Outcome.UNKNOWN, Outcome.CLEAR, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingRow:
    """A rule that fires on some side, with what it says on each: its outcome, `accepted` where a waiver holds, "" where
    it was not asked. `reasons` are those of the waivers."""

    rule: str
    title: str
    severity: Severity
    subject: str
    environment: str
    outcomes: tuple[str, ...]
    reasons: tuple[str, ...] = ()

    @property
    def gained(self) -> bool:
        """Whether it is new on a later side."""
        return self.outcomes[0] not in (FIRES, ACCEPTED)

    @property
    def accepted(self) -> bool:
        """Whether a waiver accepts it on any side."""
        return ACCEPTED in self.outcomes

    @property
    def on_all(self) -> bool:
        """Whether every side has it, accepted or not."""
        return all(outcome in (FIRES, ACCEPTED) for outcome in self.outcomes)

    @property
    def changed(self) -> bool:
        """Whether it was gained or lost; what is accepted wherever it fires is listed apart."""
        return not self.on_all and FIRES in self.outcomes


Key = tuple[str, str, str]


def finding_rows(views: Sequence[ReportView]) -> tuple[FindingRow, ...]:
    """Every finding that any side has: gained ones first, then the gravest."""
    return tuple(sorted(_rows(views), key=_order))


def _rows(views: Sequence[ReportView]) -> Iterator[FindingRow]:
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
            outcomes=tuple(map(_state, answers)),
            reasons=tuple(dict.fromkeys(each.accepted for each in answers if each and each.accepted)),
        )


def _state(finding: Finding | None) -> str:
    """What a side says of it; a container that shares its host's kernel has what the host has."""
    if finding is None:
        return ""
    if finding.same_as:
        return FIRES
    return ACCEPTED if finding.accepted else finding.outcome.value


def _by_key(view: ReportView, several: bool) -> dict[Key, Finding]:
    """Findings by rule, subject and, where any side has several, environment; the gravest outcome of each."""
    kept: dict[Key, Finding] = {}
    for one in sorted(view.findings, key=lambda each: -_RANK.index(each.outcome)):
        subject = one.subject.removesuffix(f"@{one.environment}")
        kept[one.rule.id, subject, one.environment if several else ""] = one
    return kept


def _order(row: FindingRow) -> tuple[bool, int, str, str]:
    return not row.gained, SEVERITIES.index(row.severity), row.rule, row.subject
