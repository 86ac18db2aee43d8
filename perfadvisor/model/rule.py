"""Rules as values, and the findings that come of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from perfadvisor.model.fact import Absent, Fact, Scalar


class Severity(StrEnum):
    """critical: data or security loss; high: often 20 % or blocks function; medium 5-20 %; low below 5 %; info."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


SEVERITIES = tuple(Severity)


class Outcome(StrEnum):
    """What a rule says of one subject."""

    FIRES = "fires"
    CLEAR = "clear"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


class Confidence(StrEnum):
    """refuted: the experiment showed no effect here; hint: settings alone; likely: a measurement or counter agrees;
    confirmed: the experiment showed the effect."""

    REFUTED = "refuted here"
    HINT = "hint"
    LIKELY = "likely"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, kw_only=True, slots=True)
class DesiredSetting:
    """A setting and the values it shall have; `of` says whose it is. Facts stand in braces."""

    setting: str
    to: dict[str, str]
    of: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fix:
    """What to do: `run` now, `persist` over a reboot, how long it `lasts`, what it `needs`, and the `risk`. `owners`
    is what to do instead of `persist` where another than libvirt writes the guest's definition. `set` is the same as
    values, from which command and undo are made where the machine was read. `moves` are the measured
    facts it acts on, where the rule looks at no setting."""

    run: str = ""
    persist: str = ""
    lasts: str = ""
    risk: str = ""
    needs: tuple[str, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    set: tuple[DesiredSetting, ...] = ()
    moves: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Verify:
    """How to prove the fix: the condition that then `holds` and the workloads to `rerun`."""

    holds: str = ""
    rerun: tuple[str, ...] = ()
    experiment: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A rule's own test: facts by name (kind's facts apply to the one subject under test) and the expected outcome.
    An `after_fix` case shows the machine after the fix: clear, and with `verify.holds` true."""

    name: str
    facts: dict[str, Scalar]
    expect: Outcome
    host: dict[str, Scalar] | None = None
    after_fix: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule. `for_each` is a subject kind ("nic", "pci", "result", ...) or "" for once a machine."""

    id: str
    title: str
    severity: Severity
    maturity: str
    step: str
    requires: tuple[str, ...]
    for_each: str
    workloads: tuple[str, ...]
    when: str
    evidence: tuple[str, ...]
    why: str
    fix: Fix
    rollback: str
    verify: Verify
    references: tuple[str, ...]
    threshold: str
    goals: tuple[str, ...]
    check_first: tuple[str, ...]
    suppresses: tuple[str, ...]
    cases: tuple[Case, ...]
    origin: str = ""

    @property
    def standing(self) -> str:
        """What a reader must know of a rule that few machines have proven; "" for a stable one. Stable is a rule that
        was seen firing rightly on a real machine or with a fault planted on one, and clear on two others."""
        return "" if self.maturity == "stable" else "on trial: never yet seen outside its own cases, or too rarely"

    @property
    def cut_off(self) -> str:
        """Who says from where on the rule fires, in words."""
        return (
            "the cut-off is perfadvisor's own judgement"
            if self.threshold == "judgement"
            else "the cut-off follows from the sources"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A rule applied to one subject of one environment. `missing` names what an unknown would need, with the reason;
    `worth` says what the fix gave where it was measured, `gain` the middle of it as a ratio (1.0 where unknown);
    `reason` says why a rule is not applicable; `same_as` is the environment that shows the same thing;
    `explained_by` is the id of the rule that names the root cause; `aside`
    marks what the run did not touch; `accepted` is the reason where a waiver accepts it."""

    rule: Rule
    environment: str
    subject: str
    outcome: Outcome
    confidence: Confidence = Confidence.HINT
    evidence: tuple[Fact | Absent, ...] = ()
    missing: tuple[Absent, ...] = ()
    explained_by: str = ""
    title: str = ""
    why: str = ""
    fix_run: str = ""
    fix_persist: str = ""
    rollback: str = ""
    reason: str = ""
    same_as: str = ""
    aside: bool = False
    worth: str = ""
    gain: float = 1.0
    accepted: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """An accepted finding: its rule, patterns of its subject and environment (fnmatch), the reason, and the
    last day on which it holds ("2027-03-31")."""

    rule: str
    reason: str
    until: str
    subject: str = "*"
    environment: str = "*"
