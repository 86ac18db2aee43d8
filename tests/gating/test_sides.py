"""Which findings are new enough to fail a gate."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from perfadvisor.errors import InputError
from perfadvisor.gating import sides
from perfadvisor.gating.sides import Input, new_findings
from perfadvisor.model.gate import Side
from perfadvisor.model.rule import Outcome, Severity

BLANK = Side(name="", runs={})


def finding(rule: str, severity: Severity, subject: str = "", outcome: Outcome = Outcome.FIRES):
    return SimpleNamespace(
        rule=SimpleNamespace(id=rule, severity=severity),
        subject=subject,
        outcome=outcome,
        title=f"{rule} is wrong",
        accepted="",
    )


@pytest.fixture
def judged(monkeypatch):
    """Findings by folder, in place of a judgement."""
    found = {
        "old": [finding("known", Severity.HIGH, "eth0")],
        "new": [
            finding("known", Severity.HIGH, "eth0"),
            finding("known", Severity.HIGH, "eth1"),
            finding("bad", Severity.CRITICAL),
            finding("small", Severity.LOW),
            finding("unsure", Severity.CRITICAL, outcome=Outcome.UNKNOWN),
        ],
    }
    monkeypatch.setattr("perfadvisor.judge.judge", lambda path: SimpleNamespace(findings=found[path.name]))


def names(baseline: Input, severity: str) -> list[tuple[str, str]]:
    candidate = Input(side=BLANK, folder=Path("new"))
    return [(one.rule, one.subject) for one in new_findings(baseline, candidate, severity)]


def test_only_new_ones_at_or_over_the_severity(judged) -> None:
    old = Input(side=BLANK, folder=Path("old"))
    assert names(old, "high") == [("known", "eth1"), ("bad", "")]
    assert names(old, "critical") == [("bad", "")]
    assert names(old, "info") == [("known", "eth1"), ("bad", ""), ("small", "")]


def test_without_a_baseline_folder_all_are_new(judged) -> None:
    assert names(Input(side=BLANK), "high") == [("known", "eth0"), ("known", "eth1"), ("bad", "")]


def test_a_csv_candidate_holds_no_machine() -> None:
    with pytest.raises(InputError, match="directory"):
        new_findings(Input(side=BLANK), Input(side=BLANK), "high")


def test_a_run_without_a_finished_trial_is_no_input(monkeypatch) -> None:
    run = SimpleNamespace(plan=(), results=(), before={}, after={}, workloads={}, environments=())
    monkeypatch.setattr("perfadvisor.bundle.load", lambda path: run)
    with pytest.raises(InputError, match="no finished trial"):
        sides.run_sides(Path("run"))
