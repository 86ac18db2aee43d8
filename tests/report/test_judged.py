"""What a judgement rests on: nothing judged, judged in part, clear, findings; in text, JSON, page and exit code."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli.advise import command
from perfadvisor.errors import InputError, MeasureError
from perfadvisor.judge import judge, judge_run
from perfadvisor.model.fact import Absent
from perfadvisor.model.result import Trust
from perfadvisor.model.rule import Finding, Outcome, Severity
from perfadvisor.report import json_view
from perfadvisor.report.html import render
from perfadvisor.report.judged import Judged, judged, most_wanted
from perfadvisor.report.verdict import plain, verdict
from perfadvisor.report.view import ReportView
from tests.report import synthetic
from tests.states.made import Planned, made

INTERRUPTS = """           CPU0       CPU1
 24:  492000000          0   PCI-MSIX-0000:01:00.0   0-edge      mlx5_comp0@pci:0000:01:00.0
"""


def one(outcome: Outcome, id: str = "x", *, step: str = "stack", missing: tuple[str, ...] = ()) -> Finding:
    rule = replace(synthetic.rule(id, "A thing is off", Severity.HIGH), step=step)
    absent = tuple(Absent(name=name, reason="not in what was read", source=f"/sys/{name}") for name in missing)
    return Finding(rule=rule, environment="", subject="", outcome=outcome, missing=absent)


def view(*findings: Finding) -> ReportView:
    return ReportView(source="s", now="now", version="0", findings=findings)


WAITS = one(Outcome.UNKNOWN, "waits", missing=("cpu.governors",))
UNSURE = one(Outcome.UNKNOWN, "unsure", step="measurement", missing=("cpu.governors",))  # is listed like any other
WAITS_TOO = one(Outcome.UNKNOWN, "waits-too", missing=("cpu.governors", "nic.mtu"))


def test_a_saved_output_is_no_whole_machine() -> None:
    other = replace(one(Outcome.CLEAR, "other").rule, when="nic.mtu > 1500")
    shown = replace(view(one(Outcome.CLEAR)), unasked=(other,))
    assert "every rule on what it describes (1 rule on other things were not asked)" in plain(verdict(shown, ()))


def test_devices_that_nobody_looked_for_are_not_there_to_be_clear(tmp_path) -> None:
    """A directory of /proc alone: that /sys/block holds no disk is not known."""
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cmdline").write_text("quiet\n")
    (tmp_path / "proc/meminfo").write_text("MemTotal: 1000 kB\n")
    found = [one for one in judge(tmp_path).findings if one.rule.for_each in ("pci", "block", "nic", "node")]
    assert {one.outcome for one in found} == {Outcome.UNKNOWN}
    disks = next(one for one in found if one.rule.for_each == "block")
    assert {(one.source, one.reason) for one in disks.missing} == {("/sys/block", "not in what was read")}
    (tmp_path / "sys/block/loop0").mkdir(parents=True)
    (tmp_path / "sys/block/loop0/size").write_text("0\n")
    looked = [one for one in judge(tmp_path).findings if one.rule.for_each in ("pci", "block")]
    assert {(one.rule.for_each, one.outcome) for one in looked} >= {("pci", Outcome.UNKNOWN)}
    assert all(one.subject or one.outcome is not Outcome.UNKNOWN for one in looked if one.rule.for_each == "block")


@pytest.mark.parametrize(
    ("findings", "state", "said"),
    [
        ((), Judged.NOTHING, "Nothing could be judged"),
        ((one(Outcome.NOT_APPLICABLE),), Judged.NOTHING, "Nothing could be judged"),
        ((WAITS, WAITS_TOO), Judged.NOTHING, "1 rule waits for cpu.governors (/sys/cpu.governors)"),
        ((one(Outcome.CLEAR, step="measurement"), WAITS), Judged.NOTHING, "Nothing could be judged"),
        ((one(Outcome.CLEAR), WAITS), Judged.IN_PART, "Judged in part, nothing found: 1 rule found nothing, 1 could"),
        ((one(Outcome.CLEAR),), Judged.CLEAR, "Its settings show nothing to fix: 1 rule looked"),
        ((one(Outcome.FIRES), WAITS), Judged.FINDINGS, "1 rule could not be evaluated"),
        ((one(Outcome.FIRES), WAITS, UNSURE), Judged.FINDINGS, "2 rules could not be evaluated"),
    ],
)
def test_four_things_a_judgement_can_say(findings, state, said) -> None:
    shown = view(*findings)
    assert judged(shown) is state
    assert json_view.document(shown)["verdict"] == state.value
    from perfadvisor.report.findings import entries

    assert said in plain(verdict(shown, entries(findings)))
    assert ("Nothing could be judged" in render(shown)) == (state is Judged.NOTHING)


def test_the_reading_that_would_unlock_most_is_named() -> None:
    wanted = most_wanted(view(WAITS, WAITS_TOO, one(Outcome.UNKNOWN, "third", missing=("nic.mtu", "cpu.governors"))))
    assert wanted and (wanted.name, wanted.rules) == ("cpu.governors", 1)
    assert most_wanted(view(one(Outcome.CLEAR))) is None


def test_a_file_of_which_no_rule_is_asked_was_not_judged(tmp_path: Path) -> None:
    path = tmp_path / "interrupts"
    path.write_text(INTERRUPTS)
    result = CliRunner().invoke(command, [str(path), "--fail-on", "low"])
    assert "Nothing could be judged" in result.stdout and "wait for" in result.stdout
    assert isinstance(result.exception, MeasureError) and result.exception.exit_code == 3


def test_a_goal_that_no_rule_serves_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "interrupts"
    path.write_text(INTERRUPTS)
    with pytest.raises(InputError, match="latancy") as error:
        judge(path, goal="latancy")
    assert "did you mean 'latency'" in error.value.hint


def test_doubts_and_what_the_run_did_not_touch_stand_last() -> None:
    from perfadvisor.report.findings import ASIDE, DOUBTS, entries
    from perfadvisor.report.terminal.full import lines

    doubt = replace(one(Outcome.FIRES, "doubt", step="measurement"), subject="r")
    beside = replace(one(Outcome.FIRES, "beside"), subject="vm9", aside=True)
    low = one(Outcome.FIRES, "small")
    low = replace(low, rule=replace(low.rule, severity=Severity.LOW))
    shown = view(doubt, beside, low)
    assert [entry.rule.id for entry in entries(shown.findings)] == ["small", "beside", "doubt"]
    text = "\n".join(line.plain for line in lines(shown, 100))
    assert text.index("1. LOW") < text.index(ASIDE) < text.index("2. HIGH") < text.index(DOUBTS) < text.index("3. HIGH")
    assert "1 low" in text and "1 finding about what the run did not touch" in text
    page = render(shown)
    assert page.index(ASIDE) < page.index(DOUBTS)


def test_a_run_of_invalid_results_was_not_judged_by_them() -> None:
    asked = replace(synthetic.rule("slow", "Slow", Severity.HIGH), for_each="result", when="result.iops < 1e9")
    invalid = judge_run(made([Planned("iops", "local", (Trust.INVALID,) * 3)]), (asked,), source="run")
    said = plain(verdict(invalid, ()))
    assert "Nothing could be judged" in said
    assert "1 rule waits for a result that can be trusted: measure again" in said
    sound = judge_run(made([Planned("iops", "local", (Trust.VALID,) * 3)]), (asked,), source="run")
    assert [one.outcome for one in sound.findings] == [Outcome.FIRES]
