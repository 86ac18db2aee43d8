"""All rules over all subjects of one machine: the findings, in the order in which to read them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache
from types import MappingProxyType

from perfadvisor.analyse.rules.answer import MEASUREMENT, judge
from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.analyse.rules.confidence import confidence
from perfadvisor.analyse.rules.lasting_place import in_owners_words, lasting_place
from perfadvisor.analyse.rules.lookup import Lookup, Place, View
from perfadvisor.analyse.rules.order import explain, reading_order
from perfadvisor.analyse.rules.touched import is_aside
from perfadvisor.analyse.rules.wording import command, general, sentence
from perfadvisor.model.fact import Absent, Fact, FactSpec, FactTable
from perfadvisor.model.rule import Confidence, Finding, Outcome, Rule, Severity

# Advice on these is shown whatever the user wants to tune for.
ALWAYS = frozenset({"measurement", "function", "isolation"})


def advise(
    facts: FactTable,
    rules: Iterable[Rule],
    *,
    catalogue: Mapping[str, FactSpec],
    environment: str = "local",
    host: FactTable | None = None,
    goal: str = "",
    reached: frozenset[Place] | None = None,
    unread: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Finding, ...]:
    """Every rule's answer for every subject, `result.*` facts being part of `facts`; sorted, root causes first, then
    what the run did not touch, then doubts about the measurement.

    `host` is the parent's table for rules that name `host.` facts. `goal` ("throughput", "latency", ...) leaves advice
    that serves only other goals unevaluated, with that reason. `reached` is what the run's results lead to, None where
    nothing was measured. `unread` maps the kinds of subject that were not looked for to where they would be listed.
    """
    lookup = Lookup(facts, catalogue, host)
    found = [finding for rule in rules for finding in _apply(rule, lookup, environment, goal, unread)]
    if reached is not None:
        found = [replace(f, aside=is_aside(f.rule.for_each, f.subject, lookup, reached)) for f in found]
    return tuple(sorted(_doubted(explain(found, lookup)), key=reading_order))


def _apply(rule: Rule, lookup: Lookup, environment: str, goal: str, unread: Mapping[str, str]) -> Iterator[Finding]:
    refusal = _refusal(rule, goal)
    subjects = () if refusal else tuple(s for s in lookup.subjects(rule.for_each) if looks_at(rule, s, lookup))
    if not subjects and not refusal and rule.for_each in unread:
        yield _unknown(rule, environment, unread[rule.for_each])
    elif not subjects:
        yield Finding(
            rule=rule,
            environment=environment,
            subject="",
            outcome=Outcome.NOT_APPLICABLE,
            title=general(rule.title, rule.for_each),
            reason=refusal or f"there is no {rule.for_each} to look at",
        )
    for subject in subjects:
        yield _finding(rule, lookup.view(rule.for_each, subject), environment)


def _unknown(rule: Rule, environment: str, listed_in: str) -> Finding:
    """Whether there is any such subject was not read."""
    texts = (rule.when, *rule.requires)
    names = (name for text in texts for name in parse(text).names if name.startswith(f"{rule.for_each}."))
    missing = (Absent(name=name, reason="not in what was read", source=listed_in) for name in dict.fromkeys(names))
    return Finding(
        rule=rule,
        environment=environment,
        subject="",
        outcome=Outcome.UNKNOWN,
        title=general(rule.title, rule.for_each),
        missing=tuple(missing),
    )


def _refusal(rule: Rule, goal: str) -> str:
    if not goal or goal in rule.goals or ALWAYS & set(rule.goals):
        return ""
    return f"it serves {' and '.join(rule.goals)}, not {goal}"


def looks_at(rule: Rule, subject: str, lookup: Lookup) -> bool:
    """Whether the rule looks at this result's workload; subjects of results are `workload@environment`.

    An imported result ("imported/fio-randread-4k") is also known by what it exercises ("storage/fio-randread-4k")."""
    if not rule.workloads:
        return True
    workload = subject.partition("@")[0]
    device = lookup.view(rule.for_each, subject)("result.device")
    names = [workload]
    if isinstance(device, Fact):
        names.append(f"{device.value}/{workload.partition('/')[2]}")
    return any(fnmatchcase(name, glob) for name in names for glob in rule.workloads)


def _finding(rule: Rule, view: View, environment: str) -> Finding:
    judged = judge(rule, view)
    about = Finding(
        rule=rule,
        environment=environment,
        subject=view.subject,
        outcome=judged.outcome,
        title=sentence(rule.title, view),
        missing=judged.missing,
        reason=judged.reason,
        evidence=() if judged.outcome is Outcome.NOT_APPLICABLE else _evidence(rule, view),
    )
    return _advice(about, view) if judged.outcome is Outcome.FIRES else about


def _evidence(rule: Rule, view: View) -> tuple[Fact | Absent, ...]:
    return tuple(map(view, _shown(rule.evidence, rule.when)))


@lru_cache(maxsize=4096)
def _shown(evidence: tuple[str, ...], when: str) -> tuple[str, ...]:
    """The facts a rule lists and those its condition names, each once."""
    return tuple(dict.fromkeys((*evidence, *parse(when).names)))


def _advice(finding: Finding, view: View) -> Finding:
    rule = finding.rule
    return replace(
        finding,
        confidence=confidence(rule),
        why=sentence(rule.why, view),
        fix_run=command(rule.fix.run, view),
        fix_persist=command(in_owners_words(rule, view), view) or _in_general(rule, view),
        rollback=command(rule.rollback, view),
    )


def _in_general(rule: Rule, view: View) -> str:
    return " ".join(filter(None, (command(rule.fix.persist, view), lasting_place(rule, view))))


def _doubted(findings: list[Finding]) -> list[Finding]:
    """A result whose measurement is itself at fault proves nothing: what rests on it stays a hint."""
    at_fault = {finding.subject for finding in findings if _faults_result(finding)}
    return [replace(f, confidence=Confidence.HINT) if _rests_on(f, at_fault) else f for f in findings]


def _faults_result(finding: Finding) -> bool:
    rule = finding.rule
    serious = rule.step == MEASUREMENT and rule.severity in (Severity.CRITICAL, Severity.HIGH)
    fires = finding.outcome is Outcome.FIRES and not finding.explained_by
    return serious and fires and rule.for_each == "result"


def _rests_on(finding: Finding, results: set[str]) -> bool:
    return finding.rule.for_each == "result" and finding.rule.step != MEASUREMENT and finding.subject in results
