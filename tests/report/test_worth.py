"""What a fix gave where it was measured: in words, as confidence, and in the order of findings."""

from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.model.rule import Confidence, Finding, Outcome
from perfadvisor.packs.rules import load_rules
from perfadvisor.report.findings import entries
from perfadvisor.report.view import ReportView
from perfadvisor.report.worth import with_worth
from perfadvisor.store.gains import Gain

RULES = {rule.id: rule for rule in load_rules()}


def gain(rule: str, ratio: float, answer: str = "helps", **more: str) -> Gain:
    known = {"subject": "", "when": "2026-11-28", "host": "here", **more}
    return Gain(
        rule=rule,
        answer=answer,
        metric="w/m",
        ratio=ratio,
        low=ratio - 0.03,
        high=ratio + 0.03,
        pairs=8,
        kernel="6",
        version="0",
        **known,
    )


def found(*gains: Gain, rules: tuple[str, ...] = ("memory-ksm-active",)) -> list[Finding]:
    findings = tuple(Finding(rule=RULES[one], environment="local", subject="", outcome=Outcome.FIRES) for one in rules)
    table = FactTable([Fact(name="kernel.hostname", value="here", source="")])
    view = ReportView(source="", now="", version="", findings=findings, facts={"local": table})
    return [entry.first for entry in entries(with_worth(view, gains).findings)]


def test_what_was_measured_here_is_confirmed_or_refuted_by_it() -> None:
    (one,) = found(gain("memory-ksm-active", 1.38))
    assert (one.worth, one.confidence) == (
        "here +38 % (35 to 41) of w/m, 2026-11-28: helps",
        Confidence.CONFIRMED,
    )
    (one,) = found(gain("memory-ksm-active", 1.0, "no difference"))
    assert one.confidence is Confidence.REFUTED


def test_the_latest_measurement_counts() -> None:
    (one,) = found(gain("memory-ksm-active", 1.38), gain("memory-ksm-active", 1.0, "no difference", when="2027"))
    assert one.confidence is Confidence.REFUTED


def test_other_machines_and_other_subjects_prove_nothing_here() -> None:
    (one,) = found(gain("memory-ksm-active", 1.38, host="there"), gain("memory-ksm-active", 1.38, subject="sda"))
    assert (one.worth, one.confidence) == ("", Confidence.HINT)


def test_plants_give_a_range() -> None:
    some = [gain("memory-ksm-active", ratio, host="", plant=str(ratio)) for ratio in (1.12, 1.6, 1.3)]
    (one,) = found(*some)
    assert (one.worth, one.gain, one.confidence) == ("in 3 plants +12 to +60 %", 1.3, Confidence.HINT)


def test_of_equal_weight_what_gave_most_comes_first_and_what_was_refuted_last() -> None:
    low = sorted(id for id, rule in RULES.items() if rule.severity == "low" and rule.step == "stack")[:3]
    first, *_ = (one.rule.id for one in found(rules=tuple(low)))
    best, *_ = (one.rule.id for one in found(gain(low[2], 1.5), rules=tuple(low)))
    *_, last = (one.rule.id for one in found(gain(first, 0.9, "hurts"), rules=tuple(low)))
    assert (best, last) == (low[2], first)
