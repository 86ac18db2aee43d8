from perfadvisor.model.absence import of_error
from perfadvisor.model.fact import Absent
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.report.coverage import locked, not_applicable, passed
from perfadvisor.report.view import ReportView
from perfadvisor.report.words import general_title
from tests.report import synthetic


def make(rule_id: str, outcome: Outcome, *reasons: str) -> Finding:
    causes = enumerate(map(of_error, reasons))
    missing = tuple(Absent(name=f"a.fact{i}", reason=cause, source=f"/{i}") for i, cause in causes)
    rule = synthetic.rule(rule_id, f"{{subject}} has {rule_id} at {{nic.rx_usecs}}", for_each="nic")
    return Finding(rule=rule, environment="e", subject="s", outcome=outcome, missing=missing)


def judged(*findings: Finding) -> ReportView:
    return ReportView(source="s", now="n", version="v", findings=findings)


def test_a_rule_that_fires_anywhere_has_not_passed() -> None:
    view = judged(
        make("a", Outcome.CLEAR),
        make("a", Outcome.FIRES),
        make("b", Outcome.CLEAR),
        make("b", Outcome.CLEAR),
        make("b", Outcome.NOT_APPLICABLE),
        make("c", Outcome.NOT_APPLICABLE),
    )
    assert [(each.rule.id, each.count) for each in passed(view)] == [("b", 2)]
    assert [each.rule.id for each in not_applicable(view)] == ["c"]


def test_unknowns_by_what_would_unlock_most() -> None:
    view = judged(
        make("a", Outcome.UNKNOWN, "the driver does not report it"),
        make("b", Outcome.UNKNOWN, "Permission denied"),
        make("c", Outcome.UNKNOWN, "Permission denied", "the driver does not report it"),
        make("d", Outcome.UNKNOWN, "Permission denied"),
        make("e", Outcome.UNKNOWN),
    )
    first, second, third = locked(view)
    assert ([r.id for r in first.rules], first.unlock) == (["b", "c", "d"], "run perfadvisor as root")
    assert ([r.id for r in second.rules], second.facts) == (["a", "c"], ("a.fact0", "a.fact1"))
    assert (third.reason, third.facts) == ("no reason recorded", ())


def test_titles_about_nothing_in_particular() -> None:
    assert general_title(make("x", Outcome.CLEAR).rule) == "The NIC has x at …"
