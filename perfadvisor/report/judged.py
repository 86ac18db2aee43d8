"""What a judgement rests on: whether anything could be judged at all, and which reading would unlock most."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.formatting import count_of
from perfadvisor.model.rule import Finding, Outcome, Rule, Severity
from perfadvisor.report.view import ReportView

MEASUREMENT = "measurement"
HOST = "host."
RESULTS = "result."
TRUST = "result.trust"


class Judged(StrEnum):
    """The four things a judgement can say. NOTHING: no rule about the machine could be evaluated. IN_PART: no finding,
    but some rules could not be evaluated. CLEAR: every rule that applies was evaluated and passed."""

    NOTHING = "not_judged"
    IN_PART = "judged_in_part"
    CLEAR = "clear"
    FINDINGS = "findings"


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingReading:
    """The reading that would unlock most rules: a fact's name, how many rules wait for it, and where it is read."""

    name: str
    rules: int
    source: str

    @property
    def words(self) -> str:
        """`14 rules wait for cpu.governors (/sys/...)`."""
        verb = "waits" if self.rules == 1 else "wait"
        if self.name == TRUST:
            return f"{count_of(self.rules, 'rule')} {verb} for a result that can be trusted: measure again"
        if self.name.startswith(RESULTS):
            return f"{count_of(self.rules, 'rule')} {verb} for measured results: perfadvisor run quick"
        return f"{count_of(self.rules, 'rule')} {verb} for {self.name}{f' ({self.source})' if self.source else ''}"


def judged(view: ReportView) -> Judged:
    """What the outcomes amount to. Rules about the measurement do not count: they say nothing of the machine."""
    found = about_the_machine(view)
    fired = [one for one in found if one.outcome is Outcome.FIRES and not one.accepted]
    if any(one.rule.severity is not Severity.INFO for one in fired):
        return Judged.FINDINGS
    if not any(one.outcome in (Outcome.CLEAR, Outcome.FIRES) for one in found):
        return Judged.NOTHING
    return Judged.IN_PART if waiting(view) else Judged.CLEAR


def about_the_machine(view: ReportView) -> tuple[Finding, ...]:
    """The outcomes of all rules but those about the measurement."""
    return tuple(one for one in view.findings if one.rule.step != MEASUREMENT)


def looked(view: ReportView) -> int:
    """How many rules about the machine gave an answer for at least one subject."""
    answered = (Outcome.CLEAR, Outcome.FIRES)
    return len({one.rule.id for one in about_the_machine(view) if one.outcome in answered})


def waiting(view: ReportView) -> int:
    """How many rules about the machine could not be evaluated for at least one subject."""
    return len({one.rule.id for one in about_the_machine(view) if one.outcome is Outcome.UNKNOWN})


def not_evaluated(view: ReportView) -> int:
    """The same of all rules, those about the measurement too: as many as the page and the terminal list."""
    return len({one.rule.id for one in view.findings if one.outcome is Outcome.UNKNOWN})


def most_wanted(view: ReportView) -> MissingReading | None:
    """The reading that most rules lack, those that lack nothing else counting first; None where none lacks any."""
    alone: Counter[str] = Counter()
    among: Counter[str] = Counter()
    for names in lacking(view):
        among.update(names)
        alone.update(names if len(names) == 1 else ())
    if not among:
        return None
    name = max(among, key=lambda each: (alone[each], among[each], each))
    return MissingReading(name=name, rules=alone[name] or among[name], source=_source(view, name))


def lacking(view: ReportView) -> Iterator[frozenset[str]]:
    """For each rule that waits, the readings it lacks; measured results count as one."""
    by_rule: dict[str, set[str]] = {}
    for finding in about_the_machine(view):
        if finding.outcome is Outcome.UNKNOWN:
            by_rule.setdefault(finding.rule.id, set()).update(absent.name for absent in finding.missing)
    known = {fact.name for table in view.facts.values() for fact in table}
    for rule in view.unasked:
        by_rule[rule.id] = {name for name in _names(rule) if name.removeprefix(HOST) not in known}
    yield from (frozenset(map(_reading, names)) for names in by_rule.values() if names)


def _names(rule: Rule) -> Iterable[str]:
    return (name for text in (rule.when, *rule.requires) for name in parse(text).names)


def _reading(name: str) -> str:
    return RESULTS + "*" if name.startswith(RESULTS) and name != TRUST else name


def _source(view: ReportView, name: str) -> str:
    found: Sequence[str] = [
        absent.source
        for finding in view.with_outcome(Outcome.UNKNOWN)
        for absent in finding.missing
        if absent.name == name and absent.source
    ]
    return found[0] if found else ""
