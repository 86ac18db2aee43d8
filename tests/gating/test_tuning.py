"""Fixes of findings tried on files that stand for the kernel's: which help, which hurt, and nothing stays changed."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli import tune
from perfadvisor.errors import InputError
from perfadvisor.gating import tuning, with_setting
from perfadvisor.gating.policy import Policy
from perfadvisor.gating.tuning import Answer, Step, steps, tried
from perfadvisor.model.fact import FactTable
from perfadvisor.model.gate import Runs, Side
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.packs.rules import load_rules
from perfadvisor.report.view import ReportView
from perfadvisor.settings import catalogue
from perfadvisor.settings.model import Door, Field, Setting, Type

RULES = {rule.id: rule for rule in load_rules()}


@pytest.fixture
def file(tmp_path, monkeypatch) -> Path:
    """A file that stands for one of the kernel's, as the setting `test.number`."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "number"
    path.write_text("1\n")
    field = Field(name="number", type=Type.INTEGER)
    made = Setting(name="test.number", subject="", door=Door.FILE, path=str(path), fields=(field,), meaning="a test's")
    monkeypatch.setitem(catalogue.SETTINGS, "test.number", made)  # type: ignore[arg-type]
    return path


def step(to: str = "5", rule: str = "numa-zone-reclaim") -> Step:
    made = with_setting.planned([with_setting.read_intent(f"test.number={to}")])
    finding = Finding(rule=RULES[rule], environment="local", subject="", outcome=Outcome.FIRES, title="It waits")
    return Step(finding=finding, plan=made)


def view_of(*found: Step) -> ReportView:
    plans = tuple((one.finding, one.plan) for one in found)
    return ReportView(source="", now="", version="", facts={"local": FactTable(())}, plans=plans)


def loaded(file: Path, gain: float) -> Callable[[], Side]:
    """A load that the setting makes faster by this factor, with a little noise of its own."""
    number = count()

    def measure() -> Side:
        value = (100.0 + next(number) % 3 * 0.1) * (gain if file.read_text().strip() == "5" else 1.0)
        runs = Runs(workload="w", metric="iops", unit="iops", better="higher", values=(value,))
        return Side(name="w", runs={runs.key: runs})

    return measure


@pytest.mark.parametrize(("gain", "expected"), [(1.3, Answer.HELPS), (0.7, Answer.HURTS), (1.0, Answer.NO_DIFFERENCE)])
def test_what_trying_showed_and_nothing_stays_changed(file, gain, expected) -> None:
    done = tried(step(), loaded(file, gain), Policy().of, pairs=27, budget_s=None, progress=lambda _: None)
    assert (done.answer, file.read_text().strip()) == (expected, "1")


def test_a_loss_beside_a_gain_hurts(file) -> None:
    done = tried(step(), loaded(file, 1.3), Policy().of, pairs=8, budget_s=None, progress=lambda _: None)
    assert done.report is not None
    (gain,) = done.report.comparisons
    worse = replace(gain, metric="p99", primary=False, verdict=tuning.Verdict.REGRESSION)
    assert tuning.answer(replace(done.report, comparisons=(gain, worse))) is Answer.HURTS


def test_what_is_not_permitted_is_not_tried(file, monkeypatch) -> None:
    wanted = step()
    monkeypatch.setattr(with_setting.os, "access", lambda path, mode: False)
    done = tried(wanted, loaded(file, 1.3), Policy().of, pairs=8, budget_s=None, progress=lambda _: None)
    assert (done.answer, done.reason) == (Answer.NOT_TRIED, f"no permission to write {file}")


def test_one_change_is_tried_once_and_what_another_finding_explains_is_left_to_it(file) -> None:
    first, again, other = step(), step(rule="memory-ksm-active"), step("7")
    explained = replace(other, finding=replace(other.finding, explained_by="numa-zone-reclaim"))
    elsewhere = replace(other, finding=replace(other.finding, environment="vm"))
    assert steps(view_of(first, again, explained, elsewhere)) == (first,)


def test_a_rule_without_a_fix_here_is_said(file) -> None:
    with pytest.raises(InputError, match="memory-thp-never has no fix to try here"):
        list(tuning.chosen([step()], ["memory-thp-never"]))


def test_the_command_prints_the_plan_tries_it_and_says_how_to_keep_it(file, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tune, "_view", lambda source: view_of(step()))
    plan = CliRunner().invoke(tune.command, ["now", "--dry-run"])
    assert "   test.number: number 1 -> 5" in plan.output.splitlines()
    assert (plan.exit_code, file.read_text().strip()) == (0, "1")
    refused = CliRunner().invoke(tune.command, ["now", "--cmd", "true"])
    assert (refused.exit_code, "--yes" in refused.output) == (3, True)
    script = tmp_path / "bench"
    script.write_text(
        "#!/bin/sh\nif grep -q 5 " + str(file) + "; then v=200; else v=100; fi\n"
        'printf "workload,metric,unit,better,value\\nw,iops,iops,higher,$v.%s\\n" "$(($$ % 10))" > "$PERFADVISOR_CSV"\n'
    )
    done = CliRunner().invoke(tune.command, ["now", "--yes", "--cmd", f"sh {script}", "--pairs", "8"])
    lines = done.output.splitlines()
    assert done.exit_code == 0, done.output
    assert lines[lines.index("numa-zone-reclaim helps. To keep it:") + 1] == f"  echo 5 > {file}"
    assert lines[lines.index("to undo it:") + 1] == f"  echo 1 > {file}"
    assert file.read_text().strip() == "1"


def test_another_machines_snapshot_is_refused(tmp_path) -> None:
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/hostname").write_text("elsewhere\n")
    done = CliRunner().invoke(tune.command, [str(tmp_path), "--dry-run"])
    assert isinstance(done.exception, InputError)
    assert "was read on elsewhere" in str(done.exception)
