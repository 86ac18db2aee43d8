"""The waivers file: findings that are accepted, each with a reason and the last day on which it holds.

waivers:
  - id: pcie-link-speed-degraded
    subject: "0000:41:*"       # default: every subject
    environment: local         # default: every environment
    reason: the slot has four lanes, replacement ordered
    until: 2027-03-31
"""

from collections.abc import Collection
from datetime import date
from pathlib import Path

from pydantic import Field

from perfadvisor.model.rule import Waiver
from perfadvisor.packs.check import Strict, checked, read
from perfadvisor.packs.problems import PackError, did_you_mean


class WaiverText(Strict):
    """One entry."""

    id: str
    reason: str = Field(min_length=3, max_length=500)
    until: str
    subject: str = "*"
    environment: str = "*"


class WaiversText(Strict):
    """The whole file."""

    waivers: list[WaiverText]


def load_waivers(path: Path, rules: Collection[str]) -> tuple[Waiver, ...]:
    """The waivers in the file. PackError with every mistake at its line: a rule that does not exist would accept
    nothing unseen, and a waiver without an end would accept it forever."""
    document = read(path)
    given = checked(document, WaiversText).waivers
    problems = []
    for place, one in enumerate(given):
        if one.id not in rules:
            message = f"no rule is called `{one.id}`{did_you_mean(one.id, rules)}"
            problems.append(document.problem(("waivers", place, "id"), message))
        if not _is_date(one.until):
            problems.append(document.problem(("waivers", place, "until"), f"`{one.until}` is not a date (2027-03-31)"))
    if problems:
        raise PackError(problems)
    return tuple(
        Waiver(rule=one.id, reason=one.reason, until=one.until, subject=one.subject, environment=one.environment)
        for one in given
    )


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
