"""Rules over a whole machine: who is looked at, what is found, in which order, and who explains whom."""

from dataclasses import replace

import pytest

from perfadvisor.analyse.rules.advise import advise
from perfadvisor.model.fact import Absent, Fact, FactSpec, FactTable, Nature
from perfadvisor.model.rule import Confidence, Finding, Fix, Outcome, Rule, Severity, Verify
from perfadvisor.model.units import Unit


def _spec(name: str, type: type, kind: str = "", refers_to: str = "", unit: Unit = Unit.NONE) -> FactSpec:
    return FactSpec(
        name=name, type=type, subject=kind, refers_to=refers_to, unit=unit, nature=Nature.SETTING, meaning=""
    )


CATALOGUE = {
    spec.name: spec
    for spec in (
        _spec("machine.flag", bool),
        _spec("nic.speed", int, "nic"),
        _spec("nic.rx_usecs", int, "nic", unit=Unit.MICROSECONDS),
        _spec("nic.pci_address", str, "nic", "pci"),
        _spec("pci.link_width", int, "pci"),
        _spec("pci.root_port", str, "pci", "pci"),
        _spec("result.nic", str, "result", "nic"),
        _spec("result.trust", str, "result"),
        _spec("result.device", str, "result"),
        _spec("result.bits_per_s", float, "result", unit=Unit.BITS_PER_SECOND),
    )
}
TCP, UDP = "network/tcp@local", "network/udp@local"


def rule(id: str, when: str, for_each: str = "nic", **changes: object) -> Rule:
    plain = Rule(
        id=id,
        title="rule {subject}",
        severity=Severity.MEDIUM,
        maturity="stable",
        step="stack",
        requires=(),
        for_each=for_each,
        workloads=(),
        when=when,
        evidence=(),
        why="{nic} is at {nic.rx_usecs}",
        fix=Fix(run="ethtool -C {nic} rx-usecs 8", persist="{nic}.link"),
        rollback="ethtool -C {nic} rx-usecs {nic.rx_usecs}",
        verify=Verify(holds=f"not ({when})"),
        references=("a source",),
        threshold="judgement",
        goals=("throughput",),
        check_first=(),
        suppresses=(),
        cases=(),
    )
    return replace(plain, **changes)


def machine(*more: Fact | Absent) -> FactTable:
    facts = {
        ("machine.flag", ""): True,
        ("nic.speed", "eth0"): 100,
        ("nic.speed", "eth1"): 10,
        ("nic.rx_usecs", "eth0"): 50,
        ("nic.pci_address", "eth0"): "0000:01:00.0",
        ("nic.pci_address", "eth1"): "0000:02:00.0",
        ("pci.link_width", "0000:01:00.0"): 4,
        ("pci.link_width", "0000:02:00.0"): 4,
        ("pci.root_port", "0000:01:00.0"): "0000:00:01.0",
        ("pci.root_port", "0000:02:00.0"): "0000:00:01.0",
        ("result.nic", TCP): "eth0",
        ("result.nic", UDP): "eth1",
        ("result.trust", TCP): "VALID",
        ("result.trust", UDP): "INVALID",
        ("result.bits_per_s", TCP): 5e9,
        ("result.bits_per_s", UDP): 5e9,
    }
    table = FactTable(
        CATALOGUE[name].fact(value, subject=subject, source="s") for (name, subject), value in facts.items()
    )
    for fact in more:
        table.add(fact)
    return table


def findings(*rules: Rule, facts: FactTable | None = None, goal: str = "", host: FactTable | None = None):
    return advise(facts or machine(), rules, catalogue=CATALOGUE, host=host, goal=goal)


def outcomes(*rules: Rule, **options: object) -> dict[tuple[str, str], str]:
    return {(f.rule.id, f.subject): str(f.outcome) for f in findings(*rules, **options)}


def the(found: tuple[Finding, ...], id: str, subject: str = "") -> Finding:
    (one,) = [f for f in found if f.rule.id == id and (not subject or f.subject == subject)]
    return one


def test_each_subject_is_asked():
    assert outcomes(rule("a", "nic.speed > 50")) == {("a", "eth0"): "fires", ("a", "eth1"): "clear"}


def test_subjects_that_nobody_looked_for_are_unknown():
    asked = rule("a", "pci.link_width < 8", for_each="pci", requires=("machine.flag",))
    facts = FactTable([CATALOGUE["machine.flag"].fact(True, subject="", source="s")])
    (none,) = advise(facts, [asked], catalogue=CATALOGUE)
    assert (none.outcome, none.reason) == (Outcome.NOT_APPLICABLE, "there is no pci to look at")
    (unread,) = advise(facts, [asked], catalogue=CATALOGUE, unread={"pci": "/sys/bus/pci/devices"})
    assert (unread.outcome, unread.missing[0].name) == (Outcome.UNKNOWN, "pci.link_width")
    assert unread.missing[0].source == "/sys/bus/pci/devices"


def test_what_is_missing_is_named():
    (unknown,) = [f for f in findings(rule("a", "nic.rx_usecs > 20")) if f.outcome is Outcome.UNKNOWN]
    assert (unknown.subject, unknown.missing[0].name, unknown.missing[0].reason) == (
        "eth1",
        "nic.rx_usecs",
        "not in what was read",
    )


def test_a_requirement_decides_and_says_so():
    found = the(findings(rule("a", "nic.speed > 50", requires=("nic.speed > 20",))), "a", "eth1")
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert found.reason == "it needs: nic.speed > 20"


def test_a_requirement_that_is_unknown():
    asked = rule("a", "nic.speed > 5", requires=("nic.rx_usecs > 20",))
    assert outcomes(asked) == {("a", "eth0"): "fires", ("a", "eth1"): "unknown"}


def test_a_condition_that_cannot_hold_is_clear_whatever_else_it_misses():
    assert outcomes(rule("a", "nic.speed > 50 and nic.rx_usecs > 20"))[("a", "eth1")] == "clear"


def test_a_rule_that_does_not_know_whether_it_applies_has_not_passed():
    assert outcomes(rule("a", "nic.speed > 50", requires=("nic.rx_usecs > 20",)))[("a", "eth1")] == "unknown"


def test_no_subject_of_that_kind():
    found = the(findings(rule("a", "vm.vcpus > 1", for_each="vm")), "a")
    assert (found.outcome, found.reason) == (Outcome.NOT_APPLICABLE, "there is no vm to look at")


def test_workloads_limit_results():
    asked = rule("a", "result.bits_per_s > 1", for_each="result", workloads=("network/t*",))
    assert outcomes(asked) == {("a", TCP): "fires"}


def test_an_imported_result_is_known_by_its_device():
    imported = "imported/iperf3-tcp@imported"
    facts = machine(
        CATALOGUE["result.device"].fact("network", subject=imported, source="s"),
        CATALOGUE["result.bits_per_s"].fact(5.0, subject=imported, source="s"),
    )
    asked = rule("a", "result.bits_per_s > 1", for_each="result", workloads=("network/*tcp*",))
    assert outcomes(asked, facts=facts)[("a", imported)] == "fires"
    other = replace(asked, workloads=("storage/*",))
    assert imported not in {subject for _, subject in outcomes(other, facts=facts)}


def test_nothing_rests_on_an_invalid_result():
    found = the(findings(rule("a", "result.bits_per_s > 1", for_each="result")), "a", UDP)
    assert found.outcome is Outcome.UNKNOWN
    assert "INVALID" in found.missing[0].reason


def test_except_what_judges_the_measurement():
    asked = rule("a", "result.bits_per_s > 1", for_each="result", step="measurement")
    assert outcomes(asked)[("a", UDP)] == "fires"


def test_a_result_reaches_its_device():
    found = the(findings(rule("a", "pci.link_width < 8", for_each="result")), "a", TCP)
    assert found.outcome is Outcome.FIRES


def test_texts_are_filled():
    found = the(findings(rule("a", "nic.speed > 50")), "a", "eth0")
    assert found.title == "rule eth0"
    assert found.why == "eth0 is at 50 µs"
    assert found.fix_run == "ethtool -C eth0 rx-usecs 8"
    assert found.fix_persist == "eth0.link"
    assert found.rollback == "ethtool -C eth0 rx-usecs 50"


def test_evidence_has_what_the_rule_lists_and_what_it_asked():
    found = the(findings(rule("a", "nic.speed > 50", evidence=("nic.rx_usecs", "nic.speed"))), "a", "eth0")
    assert [(fact.name, fact.source) for fact in found.evidence] == [("nic.rx_usecs", "s"), ("nic.speed", "s")]


def test_settings_alone_are_a_hint_and_a_measurement_makes_it_likely():
    found = findings(rule("a", "nic.speed > 50"), rule("b", "result.bits_per_s > 1", for_each="result"))
    assert the(found, "a", "eth0").confidence is Confidence.HINT
    assert the(found, "b", TCP).confidence is Confidence.LIKELY


def test_a_measurement_at_fault_proves_nothing():
    fault = rule("m", "result.bits_per_s > 1", for_each="result", step="measurement", severity=Severity.HIGH)
    found = findings(rule("b", "result.bits_per_s > 1", for_each="result"), fault)
    assert the(found, "b", TCP).confidence is Confidence.HINT


def test_a_fault_that_has_a_cause_itself_does_not_doubt_that_cause():
    fault = rule("m", "result.bits_per_s > 1", for_each="result", step="measurement", severity=Severity.HIGH)
    cause = rule("b", "result.bits_per_s > 1", for_each="result", suppresses=("m",))
    found = findings(cause, fault)
    assert the(found, "b", TCP).confidence is Confidence.LIKELY
    assert the(found, "m", TCP).explained_by == "b"


@pytest.mark.parametrize(
    ("goals", "goal", "applies"),
    [
        (("throughput",), "", True),
        (("throughput",), "throughput", True),
        (("throughput", "latency"), "latency", True),
        (("throughput",), "latency", False),
        (("measurement",), "latency", True),
        (("isolation",), "power", True),
    ],
)
def test_goals(goals, goal, applies):
    found = findings(rule("a", "nic.speed > 5", goals=goals), goal=goal)
    assert all((f.outcome is Outcome.FIRES) is applies for f in found)


CAUSE = rule("link", "pci.link_width < 8", for_each="pci", step="hardware", suppresses=("nic-*",))
EFFECT = rule("nic-slow", "nic.speed > 5")


def test_a_cause_on_the_path_explains():
    found = findings(CAUSE, EFFECT)
    assert the(found, "nic-slow", "eth0").explained_by == "link"
    assert the(found, "link", "0000:01:00.0").explained_by == ""


def test_a_cause_elsewhere_does_not():
    whole = rule("link", "pci.link_width < 8 and pci.root_port == 'x'", for_each="pci", suppresses=("nic-*",))
    facts = machine()
    facts.add(CATALOGUE["pci.link_width"].fact(4, subject="0000:03:00.0", source="s"))
    facts.add(CATALOGUE["pci.root_port"].fact("x", subject="0000:03:00.0", source="s"))
    found = findings(whole, EFFECT, facts=facts)
    assert the(found, "link", "0000:03:00.0").outcome is Outcome.FIRES
    assert the(found, "nic-slow", "eth0").explained_by == ""


def test_results_over_one_device_do_not_explain_each_other():
    facts = machine(
        CATALOGUE["result.nic"].fact("eth0", subject="network/a@local", source="s"),
        CATALOGUE["result.bits_per_s"].fact(1.0, subject="network/a@local", source="s"),
    )
    slow = rule("slow", "result.bits_per_s < 2", for_each="result", suppresses=("other",))
    other = rule("other", "result.bits_per_s > 2", for_each="result")
    found = findings(slow, other, facts=facts)
    assert the(found, "slow", "network/a@local").outcome is Outcome.FIRES
    assert the(found, "other", TCP).explained_by == ""


def test_a_cause_in_the_whole_machine_explains_everything_but_not_the_other_way_round():
    whole = rule("whole", "machine.flag", for_each="", suppresses=("nic-*",))
    part = rule("nic-part", "nic.speed > 5", suppresses=("whole",))
    found = findings(whole, part)
    assert the(found, "nic-part", "eth0").explained_by == "whole"
    assert the(found, "whole").explained_by == ""


@pytest.mark.parametrize(("suppresses", "cause"), [(("whole",), "now"), (("who*",), ""), (("other",), "")])
def test_what_a_result_shows_explains_the_machines_own_count_where_it_is_named(suppresses, cause):
    """Not by a pattern: one result does not explain whatever else is wrong with the machine."""
    since_boot = rule("whole", "machine.flag", for_each="", step="ceiling")
    now = rule("now", "result.bits_per_s > 1", for_each="result", suppresses=suppresses)
    assert the(findings(since_boot, now), "whole").explained_by == cause


def test_chains_lead_to_the_root_and_circles_are_broken():
    first = rule("a", "nic.speed > 50", step="measurement", suppresses=("b",))
    second = rule("b", "nic.speed > 50", suppresses=("c",))
    third = rule("c", "nic.speed > 50", suppresses=("a", "b"))
    found = findings(third, second, first)
    assert the(found, "b", "eth0").explained_by == "a"
    assert the(found, "c", "eth0").explained_by == "a"
    assert the(found, "a", "eth0").explained_by == ""


def test_two_that_explain_each_other_leave_one_root():
    found = findings(rule("a", "nic.speed > 50", suppresses=("b",)), rule("b", "nic.speed > 50", suppresses=("a",)))
    assert sorted(f.explained_by for f in found if f.outcome is Outcome.FIRES) == ["", "a"] or sorted(
        f.explained_by for f in found if f.outcome is Outcome.FIRES
    ) == ["", "b"]


def test_order_of_reading():
    found = findings(
        rule("late", "nic.speed > 50"),
        rule("early", "nic.speed > 50", step="measurement"),
        rule("high", "nic.speed > 50", severity=Severity.HIGH),
        rule("likely", "result.bits_per_s > 1", for_each="result", workloads=("network/tcp",)),
        rule("never", "nic.speed > 1000"),
        CAUSE,
        rule("nic-explained", "nic.speed > 50", step="measurement"),
    )
    firing = [f.rule.id for f in found if f.outcome is Outcome.FIRES]
    assert firing == ["link", "link", "likely", "high", "late", "early", "nic-explained"]
    assert [str(f.outcome) for f in found] == sorted(
        (str(f.outcome) for f in found), key=["fires", "clear", "unknown", "not-applicable"].index
    )


def test_nothing_was_read_at_all():
    found = findings(CAUSE, EFFECT, rule("whole", "machine.flag", for_each=""), facts=FactTable(()))
    assert {f.outcome for f in found} == {Outcome.NOT_APPLICABLE, Outcome.UNKNOWN}


def test_values_of_the_wrong_type_do_no_harm():
    facts = machine(
        Fact(name="nic.speed", subject="eth9", value="fast", source="s"),
        Fact(name="nic.speed", subject="\x00\x1b", value=float("nan"), source="s"),
        Fact(name="nic.pci_address", subject="eth9", value=10**40, source="s"),
    )
    assert outcomes(EFFECT, CAUSE, facts=facts)[("nic-slow", "eth9")] == "unknown"
