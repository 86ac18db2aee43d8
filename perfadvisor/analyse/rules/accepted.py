"""Findings that a waiver accepts: they still fire, are listed apart, and fail nothing until the waiver expires."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from perfadvisor.model.rule import Finding, Outcome, Waiver


def accept(findings: Iterable[Finding], waivers: Sequence[Waiver], today: str) -> Iterator[Finding]:
    """The findings in their order, those that fire and are accepted marked with the reason; `today` is an ISO date."""
    valid = [one for one in waivers if one.until >= today]
    for finding in findings:
        found = next((one for one in valid if _covers(one, finding)), None)
        yield replace(finding, accepted=f"{found.reason} (until {found.until})") if found else finding


def expired(findings: Iterable[Finding], waivers: Sequence[Waiver], today: str) -> tuple[Waiver, ...]:
    """The waivers that no longer hold, of findings that fire."""
    fired = list(findings)
    return tuple(one for one in waivers if one.until < today and any(_covers(one, each) for each in fired))


def _covers(waiver: Waiver, finding: Finding) -> bool:
    subject = finding.subject.removesuffix(f"@{finding.environment}")
    return (
        finding.outcome is Outcome.FIRES
        and finding.rule.id == waiver.rule
        and fnmatchcase(subject, waiver.subject)
        and fnmatchcase(finding.environment, waiver.environment)
    )
