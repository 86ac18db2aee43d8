from perfadvisor.model.rule import Confidence, Finding, Outcome, Severity
from perfadvisor.report.findings import anchors_of, at_or_over, entries, severity_counts
from tests.report import synthetic


def make(rule_id: str, severity: Severity = Severity.HIGH, **changes) -> Finding:
    values = {"environment": "local", "subject": "", "outcome": Outcome.FIRES, **changes}
    return Finding(rule=synthetic.rule(rule_id, f"{rule_id} is wrong", severity), **values)


def ids(found) -> list[str]:
    return [entry.rule.id for entry in found]


def test_worst_then_most_certain_first() -> None:
    found = entries(
        [
            make("hint"),
            make("low", Severity.LOW, confidence=Confidence.CONFIRMED),
            make("likely", confidence=Confidence.LIKELY),
            make("critical", Severity.CRITICAL),
            make("clear", outcome=Outcome.CLEAR),
        ]
    )
    assert ids(found) == ["critical", "likely", "hint", "low"]
    assert severity_counts(found) == ((Severity.CRITICAL, 1), (Severity.HIGH, 2), (Severity.LOW, 1))


def test_subjects_of_one_rule_are_one_entry() -> None:
    two = [make("ring", subject=nic, title=f"{nic} drops", fix_run=f"ethtool -G {nic}") for nic in "ab"]
    (entry,) = entries(two)
    assert entry.subjects == ("a", "b")
    assert entry.title == "a drops, and 1 more"
    assert entry.commands == ("ethtool -G a", "ethtool -G b")


def test_a_result_is_named_without_its_environment() -> None:
    (entry,) = entries([make("slow", subject="storage/read@local")])
    assert entry.subjects == ("storage/read",)


def test_what_is_explained_stands_below_its_cause() -> None:
    found = entries([make("effect", explained_by="cause"), make("cause", Severity.LOW)])
    assert ids(found) == ["cause"]
    assert ids(found[0].explains) == ["effect"]
    assert anchors_of(found) == {"cause": "finding-1", "effect": "finding-1"}


def test_only_the_subject_that_is_explained_goes_below() -> None:
    found = entries(
        [
            make("cause", subject="eth0"),
            make("effect", subject="eth0", explained_by="cause"),
            make("effect", subject="eth1"),
        ]
    )
    assert ids(found) == ["cause", "effect"]
    assert [found[0].explains[0].subjects, found[1].subjects] == [("eth0",), ("eth1",)]


def test_nothing_is_lost_to_a_missing_cause_or_a_ring() -> None:
    missing = entries([make("effect", explained_by="nobody")])
    ring = entries([make("a", explained_by="b"), make("b", explained_by="a")])
    assert ids(missing) == ["effect"]
    assert ids(ring) == ["a", "b"]


def test_at_or_over() -> None:
    found = [make("low", Severity.LOW), make("high"), make("c", outcome=Outcome.CLEAR)]
    assert [f.rule.id for f in at_or_over(found, Severity.MEDIUM)] == ["high"]
    assert len(at_or_over(found, Severity.INFO)) == 2
