"""Findings in the order they are read: one entry a rule and environment, with what it explains below it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from perfadvisor.model.rule import SEVERITIES, Confidence, Finding, Outcome, Rule, Severity

_CONFIDENCES = tuple(reversed(Confidence))
DOUBTS = "Doubts about the measurement"
ASIDE = "Found on what this run did not touch"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One rule that fires in one environment: a finding per subject, and the entries it explains."""

    findings: tuple[Finding, ...]
    explains: tuple["Entry", ...] = ()

    @property
    def rule(self) -> Rule:
        """The rule all findings come from."""
        return self.findings[0].rule

    @property
    def first(self) -> Finding:
        """The finding that speaks for the others: the most certain one."""
        return self.findings[0]

    @property
    def environment(self) -> str:
        """Where the rule fires."""
        return self.first.environment

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return self.rule.severity

    @property
    def subsystem(self) -> str:
        """The directory its rule lies in ("numa", "network"), or what it looks at for a rule made up elsewhere."""
        origin = PurePosixPath(self.rule.origin.rpartition(":")[0] or self.rule.origin)
        return origin.parent.name or self.rule.for_each or "machine"

    @property
    def doubt(self) -> bool:
        """Whether it says what disturbed the measurement, not what holds the machine back."""
        return self.rule.step == "measurement"

    @property
    def aside(self) -> bool:
        """Whether it is about nothing that the run touched."""
        return all(finding.aside for finding in self.findings)

    @property
    def title(self) -> str:
        """What is wrong, in the words of the first subject, and how many more there are."""
        titles = {finding.title or finding.rule.title for finding in self.findings}
        more = len(self.findings) - 1 if len(titles) > 1 else 0
        title = (self.first.title or self.rule.title).replace(f"@{self.environment}", "")
        return title + (f", and {more} more" if more else "")

    @property
    def subjects(self) -> tuple[str, ...]:
        """What it is about; empty for the machine as a whole."""
        here = f"@{self.environment}"
        return tuple(finding.subject.removesuffix(here) for finding in self.findings if finding.subject)

    @property
    def commands(self) -> tuple[str, ...]:
        """The distinct fix commands, one per subject."""
        return _distinct(finding.fix_run or finding.rule.fix.run for finding in self.findings)

    @property
    def persist(self) -> tuple[str, ...]:
        """The distinct ways to keep the fix; prose as often as commands."""
        return _distinct(finding.fix_persist or finding.rule.fix.persist for finding in self.findings)

    @property
    def worth(self) -> str:
        """What the fix gave where it was measured, "" where nothing was looked up."""
        return self.first.worth

    @property
    def fix_line(self) -> str:
        """The first line of the fix that is not a comment: a command, or the beginning of the advice."""
        lines = [line.strip() for text in (*self.commands, *self.persist) for line in text.splitlines() if line.strip()]
        return next((line for line in lines if not line.startswith("#")), "")

    @property
    def undo(self) -> tuple[str, ...]:
        """The distinct commands that take the fix back."""
        return _distinct(finding.rollback or finding.rule.rollback for finding in self.findings)


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _counts(finding: Finding) -> bool:
    return finding.outcome is Outcome.FIRES and not finding.accepted


def accepted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What fires and is accepted by a waiver."""
    return tuple(one for one in findings if one.accepted)


def accepted_words(finding: Finding) -> str:
    """`high: The link of nvme0n1 runs at 8 GT/s (pcie-link-speed-degraded): slot has four lanes (until 2027-03-31)`."""
    title = finding.title or finding.rule.title
    return f"{finding.rule.severity}: {title} ({finding.rule.id}): {finding.accepted}"


Key = tuple[str, str, str]  # rule, environment, the rule that explains it
Groups = dict[Key, list[Finding]]


def entries(findings: Sequence[Finding]) -> tuple[Entry, ...]:
    """What fires: first what holds the work back, worst and most certain first, then what the run did not touch, then
    doubts about the measurement. Explained entries sit below the one that explains them."""
    groups: Groups = {}
    for finding in sorted((f for f in findings if _counts(f)), key=_certainty):
        cause = finding.explained_by.partition("@")[0]
        groups.setdefault((finding.rule.id, finding.environment, cause), []).append(finding)
    roots = {key: _root(key, groups) for key in groups}
    built = (_entry(key, groups, roots) for key in groups if roots[key] == key)
    return tuple(sorted(built, key=_order))


def _entry(root: Key, groups: Groups, roots: dict[Key, Key]) -> Entry:
    below = (Entry(findings=tuple(groups[key])) for key in groups if key != root and roots[key] == root)
    return Entry(findings=tuple(groups[root]), explains=tuple(sorted(below, key=_order)))


def _root(key: Key, groups: Groups) -> Key:
    """The group that explains this one in the end; itself where nothing does, or where causes run in a ring."""
    start, seen = key, {key}
    while (cause := _cause(key, groups)) is not None:
        if cause in seen:
            return start
        seen.add(cause)
        key = cause
    return key


def _cause(key: Key, groups: Groups) -> Key | None:
    """The group of the rule that explains this one, of the same environment where there is one."""
    named = [other for other in groups if key[2] and other[0] == key[2] and other != key]
    return next((other for other in named if other[1] == key[1]), named[0] if named else None)


def _certainty(finding: Finding) -> tuple[int, str]:
    return _CONFIDENCES.index(finding.confidence), finding.subject


def _order(entry: Entry) -> tuple[bool, bool, bool, int, float, int, str, str]:
    """What was refuted here comes after all that was not; of equal severity, what gave most comes first."""
    confidence = _CONFIDENCES.index(entry.first.confidence)
    refuted, severity = entry.first.confidence is Confidence.REFUTED, SEVERITIES.index(entry.severity)
    gain = -max(finding.gain for finding in entry.findings)
    return entry.doubt, entry.aside, refuted, severity, gain, confidence, entry.rule.id, entry.environment


def anchors_of(found: Sequence[Entry]) -> dict[str, str]:
    """Rule id -> the place on the page that shows it, alone or below the finding that explains it."""
    places: dict[str, str] = {}
    for number, entry in enumerate(found, 1):
        for each in (entry, *entry.explains):
            places.setdefault(each.rule.id, f"finding-{number}")
    return places


def severity_counts(found: Sequence[Entry]) -> tuple[tuple[Severity, int], ...]:
    """How many entries of each severity, worst first, those without any left out."""
    counts = [(severity, sum(entry.severity is severity for entry in found)) for severity in SEVERITIES]
    return tuple((severity, count) for severity, count in counts if count)


def at_or_over(findings: Sequence[Finding], least: Severity) -> tuple[Finding, ...]:
    """The findings that fire, are at least this severe, and are not accepted."""
    worst = SEVERITIES.index(least)
    return tuple(f for f in findings if _counts(f) and SEVERITIES.index(f.rule.severity) <= worst)
