"""The shape of a rule file, checked by pydantic, and its translation into a `Rule`."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from perfadvisor.analyse.rules.lookup import HOST
from perfadvisor.model.fact import Scalar
from perfadvisor.model.rule import Case, DesiredSetting, Fix, Outcome, Rule, Severity, Verify
from perfadvisor.packs.check import Strict

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Optional = Annotated[str, StringConstraints(strip_whitespace=True)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+/\S*$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
FactValue = bool | int | float | str
Step = Literal["measurement", "ceiling", "hardware", "placement", "virtual", "memory", "stack"]
Goal = Literal["throughput", "latency", "isolation", "power", "function", "measurement"]
SeverityName = Literal["critical", "high", "medium", "low", "info"]
Owner = Literal["nova", "kubevirt", "ovirt", "proxmox", "lxd", "qemu", "cloud-hypervisor", "firecracker"]
Expected = Literal["fires", "clear", "unknown", "not-applicable", "after-fix"]


class SetText(Strict):
    """A setting (`perfadvisor settings list`), whose it is, and the values its fields shall have; facts in braces."""

    setting: Text
    of: Optional = ""
    to: dict[str, int | str] = Field(min_length=1)


class FixText(Strict):
    run: Optional = ""
    persist: Optional = ""
    lasts: Optional = ""
    risk: Optional = ""
    needs: list[Text] = Field(default_factory=list)
    owners: dict[Owner, Text] = Field(default_factory=dict)
    set: list[SetText] = Field(default_factory=list)
    moves: list[Text] = Field(default_factory=list)


class RollbackText(Strict):
    run: Text


class VerifyText(Strict):
    """Without `holds`, the fix is proven when the rule's own condition no longer holds."""

    holds: Optional = ""
    rerun: list[Text] = Field(default_factory=list)
    experiment: Optional = ""


class ReferenceText(Strict):
    """A source that was opened on the day `checked`, found at `url`, and in which stands what the rule says."""

    source: Text
    url: Url
    checked: Day
    kernel: Optional = ""


class CaseText(Strict):
    """Facts by the names rules use, `host.` included; an empty value takes away what `given` gave."""

    name: Text
    facts: dict[str, FactValue | None]
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
    verify: VerifyText = Field(default_factory=VerifyText)
    suppresses: list[Text] = Field(default_factory=list)
    references: list[ReferenceText] = Field(min_length=1)
    given: dict[str, FactValue] = Field(default_factory=dict)
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
        verify=_verify(text),
        references=tuple(_reference(reference) for reference in text.references),
        threshold=text.threshold,
        goals=tuple(text.goals),
        check_first=tuple(text.check_first),
        suppresses=tuple(text.suppresses),
        cases=tuple(_case(case, text.given) for case in text.cases),
        origin=origin,
    )


def _fix(fix: FixText) -> Fix:
    return Fix(
        run=fix.run,
        persist=fix.persist,
        lasts=fix.lasts,
        risk=fix.risk,
        needs=tuple(fix.needs),
        owners={str(owner): text for owner, text in fix.owners.items()},
        set=tuple(_desired(desired) for desired in fix.set),
        moves=tuple(fix.moves),
    )


def _desired(desired: SetText) -> DesiredSetting:
    return DesiredSetting(
        setting=desired.setting, of=desired.of, to={name: str(value) for name, value in desired.to.items()}
    )


def _reference(reference: ReferenceText) -> str:
    kernel = f"; kernels {reference.kernel}" if reference.kernel else ""
    return f"{reference.source}, {reference.url} (last checked {reference.checked}{kernel})"


def _verify(text: RuleText) -> Verify:
    verify = text.verify
    holds = verify.holds or f"not ({text.when})"
    return Verify(holds=holds, rerun=tuple(verify.rerun), experiment=verify.experiment)


def _case(case: CaseText, given: Mapping[str, Scalar]) -> Case:
    after_fix = case.expect == "after-fix"
    facts = {name: value for name, value in {**given, **case.facts}.items() if value is not None}
    host = {name.removeprefix(HOST): value for name, value in facts.items() if name.startswith(HOST)}
    return Case(
        name=case.name,
        facts={name: value for name, value in facts.items() if not name.startswith(HOST)},
        host=host or None,
        expect=Outcome.CLEAR if after_fix else Outcome(case.expect),
        after_fix=after_fix,
    )
