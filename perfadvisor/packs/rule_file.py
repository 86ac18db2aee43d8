"""The shape of a rule file, checked by pydantic, and its translation into a `Rule`."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from perfadvisor.model.fact import Scalar
from perfadvisor.model.rule import Case, Fix, Outcome, Rule, Severity, Verify
from perfadvisor.packs.check import Strict

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Optional = Annotated[str, StringConstraints(strip_whitespace=True)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
FactValue = bool | int | float | str
Step = Literal["measurement", "ceiling", "hardware", "placement", "virtual", "memory", "stack"]
Goal = Literal["throughput", "latency", "isolation", "power", "function", "measurement"]
SeverityName = Literal["critical", "high", "medium", "low", "info"]
Expected = Literal["fires", "clear", "unknown", "not-applicable", "after-fix"]


class FixText(Strict):
    run: Optional = ""
    persist: Optional = ""
    lasts: Optional = ""
    risk: Optional = ""
    needs: list[Text] = Field(default_factory=list)


class RollbackText(Strict):
    run: Text


class VerifyText(Strict):
    holds: Text
    rerun: list[Text] = Field(default_factory=list)
    experiment: Optional = ""


class ReferenceText(Strict):
    source: Text
    checked: Day
    kernel: Optional = ""


class CaseText(Strict):
    name: Text
    facts: dict[str, FactValue]
    host: dict[str, FactValue] | None = None
    expect: Expected


class RuleText(Strict):
    id: RuleId
    title: Text
    severity: SeverityName
    maturity: Literal["stable", "trial"]
    step: Step
    goals: list[Goal] = Field(min_length=1)
    threshold: Literal["source", "judgement"]
    requires: list[Text] = Field(default_factory=list)
    for_each: Optional = ""
    workloads: list[Text] = Field(default_factory=list)
    when: Text
    evidence: list[Text] = Field(min_length=1)
    why: Text
    check_first: list[Text] = Field(default_factory=list)
    fix: FixText
    rollback: RollbackText | None = None
    verify: VerifyText
    suppresses: list[Text] = Field(default_factory=list)
    references: list[ReferenceText] = Field(min_length=1)
    cases: list[CaseText] = Field(min_length=4)


def rule_of(text: RuleText, origin: str) -> Rule:
    """The rule as a value; `origin` is the file it came from."""
    return Rule(
        id=text.id,
        title=text.title,
        severity=Severity(text.severity),
        maturity=text.maturity,
        step=text.step,
        requires=tuple(text.requires),
        for_each=text.for_each,
        workloads=tuple(text.workloads),
        when=text.when,
        evidence=tuple(text.evidence),
        why=text.why,
        fix=_fix(text.fix),
        rollback=text.rollback.run if text.rollback else "",
        verify=Verify(holds=text.verify.holds, rerun=tuple(text.verify.rerun), experiment=text.verify.experiment),
        references=tuple(_reference(reference) for reference in text.references),
        threshold=text.threshold,
        goals=tuple(text.goals),
        check_first=tuple(text.check_first),
        suppresses=tuple(text.suppresses),
        cases=tuple(_case(case) for case in text.cases),
        origin=origin,
    )


def _fix(fix: FixText) -> Fix:
    return Fix(run=fix.run, persist=fix.persist, lasts=fix.lasts, risk=fix.risk, needs=tuple(fix.needs))


def _reference(reference: ReferenceText) -> str:
    kernel = f"; kernels {reference.kernel}" if reference.kernel else ""
    return f"{reference.source} (last checked {reference.checked}{kernel})"


def _case(case: CaseText) -> Case:
    after_fix = case.expect == "after-fix"
    facts: dict[str, Scalar] = dict(case.facts)
    return Case(
        name=case.name,
        facts=facts,
        host=None if case.host is None else dict(case.host),
        expect=Outcome.CLEAR if after_fix else Outcome(case.expect),
        after_fix=after_fix,
    )
