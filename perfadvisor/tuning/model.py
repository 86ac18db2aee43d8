"""What trying fixes gave, as values that are kept on disk: fixes, answers, and what stays changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from perfadvisor.model.gate import Comparison, Runs


class FixAnswer(StrEnum):
    """What trying a fix showed."""

    HELPS = "helps"
    HURTS = "hurts"
    NO_DIFFERENCE = "no difference"
    UNDECIDED = "undecided"
    GUARD_HURT = "hurts something else"
    GUARD_UNDECIDED = "something else is undecided"
    CHANCE = "may be chance"
    NOT_TRIED = "not tried"
    PREPARED = "waits for a restart"


class TuneState(StrEnum):
    """Where a tune stands: still measuring; everything as before; fixes stay in force; taken back by the user."""

    MEASURING = "measuring"
    NOTHING_KEPT = "nothing kept"
    KEPT = "kept"
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedGroup:
    """One group to set: the setting's name, whose it is, and the values as text."""

    setting: str
    subject: str
    to: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedFix:
    """A finding's fix on this machine: what it wants, what would change, and what is measured for it. `guards` are
    workloads of the opposite goal."""

    rule: str
    title: str
    subject: str
    wanted: tuple[WantedGroup, ...]
    differences: tuple[str, ...]
    commands: tuple[str, ...]
    undo: tuple[str, ...]
    disturbs: str
    risk: str = ""
    workloads: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """What came of one fix. `goals` are the comparisons it is to gain in, `guards` those it must not lose in; `level`
    is the level of the look that ended it, `tests` how many tests shared it, `notes` what the driver made of the
    values. `baseline` are the runs before a restart, where the fix needs one."""

    fix: PlannedFix
    answer: FixAnswer
    goals: tuple[Comparison, ...] = ()
    guards: tuple[Comparison, ...] = ()
    level: float = 0.0
    tests: int = 1
    baseline: tuple[Runs, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Together:
    """All fixes that helped against none: the gain that is quoted."""

    answer: FixAnswer
    goals: tuple[Comparison, ...] = ()
    guards: tuple[Comparison, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One change in force: the journal's words for it, the fix it belongs to, and the files that make it last, each
    with the hash of what was written."""

    rule: str
    change: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tune:
    """One `perfadvisor tune` on this machine. `boot` is the kernel's name for the time since the boot in which it
    measured; `options` say how it was started, for --resume."""

    id: str
    host: str
    boot: str
    started: str
    version: str
    source: str
    state: TuneState
    options: Mapping[str, Any] = field(default_factory=dict)
    fixes: tuple[PlannedFix, ...] = ()
    tried: tuple[Tried, ...] = ()
    together: Together | None = None
    kept: tuple[Kept, ...] = ()
    schema_version: int = 1
