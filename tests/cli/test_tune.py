"""`perfadvisor tune` as typed: the plan, the question, the result, and what is kept."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli import tune_body
from perfadvisor.cli.tune import command
from perfadvisor.errors import InputError
from perfadvisor.gating import with_setting
from perfadvisor.model.fact import FactTable
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.report.view import ReportView
from perfadvisor.settings.model import Intent
from perfadvisor.tuning import keep, record
from tests.tuning.conftest import _own_state, file, stands_for  # noqa: F401 - fixtures
from tests.tuning.stand_ins import RULES, set_to, view_of
from tests.tuning.test_restarts import command_line  # noqa: F401 - a fixture


@pytest.fixture
def found(file, monkeypatch) -> Path:  # noqa: F811
    """A finding whose fix sets the file to 5."""
    view = view_of(("numa-zone-reclaim", "test.number=5"))
    monkeypatch.setattr(tune_body, "view_of", lambda source, rules: view)
    return file


def typed(*words: str):
    return CliRunner().invoke(command, list(words))


def bench(found: Path, tmp_path: Path, faster: int = 200) -> str:
    """A script that writes a row: 100, or `faster` with the fix."""
    script = tmp_path / "bench"
    script.write_text(
        f"#!/bin/sh\nif grep -q 5 {found}; then v={faster}; else v=100; fi\n"
        'printf "workload,metric,unit,better,value\\nw,iops,iops,higher,$v.%s\\n" "$(($$ % 10))" > "$PERFADVISOR_CSV"\n'
    )
    return f"sh {script}"


def test_a_dry_run_prints_the_plan_and_changes_nothing(found) -> None:
    done = typed("now", "--dry-run")
    lines = done.output.splitlines()
    assert "   test.number: number 1 -> 5" in lines
    assert "   disturbs: none" in lines
    assert any(line.startswith("   measures: storage/") for line in lines)
    assert any(line.startswith("   time: ") for line in lines)
    assert (done.exit_code, set_to(found, "1")) == (0, True)


def test_without_an_answer_nothing_is_done(found) -> None:
    done = typed("now", "--cmd", "true")
    assert (done.exit_code, "--yes" in done.output, set_to(found, "1")) == (3, True, True)


def test_without_permission_the_plan_is_printed_and_nothing_done(found, monkeypatch) -> None:
    real = os.access
    monkeypatch.setattr(with_setting.os, "access", lambda path, mode: str(path) != str(found) and real(path, mode))
    done = typed("now", "--cmd", "true", "--yes")
    assert (done.exit_code, set_to(found, "1")) == (3, True)
    assert "   test.number: number 1 -> 5" in done.output
    assert f"not done: no permission to write {found}" in done.output


def test_kept_shown_and_rolled_back(found, tmp_path) -> None:
    page = tmp_path / "page.html"
    words = ["now", "--yes", "--cmd", bench(found, tmp_path), "--pairs", "8", "--html", str(page)]
    done = typed(*words)
    assert done.exit_code == 0, done.output
    assert "Kept: 1 fix. All together, measured once more against none:" in done.output
    assert set_to(found)
    assert "1 fix was tried, 1 kept" in page.read_text()
    status = typed("status")
    assert "number=5" in status.output and "holds" in status.output
    assert f"{found}: number 5 -> 1" in typed("rollback").output
    assert set_to(found, "1")
    assert typed("status").output == "nothing is kept\n"
    assert "taken back since" in typed("show", "--html", str(page)).output + page.read_text()


def test_keep_writes_the_file_and_rollback_removes_it(found, tmp_path, monkeypatch) -> None:
    assert typed("keep").output == "nothing is kept\n"
    monkeypatch.setattr(keep, "ROOT", tmp_path / "root")
    monkeypatch.setattr(keep, "_complaint", lambda *_: "")
    typed("now", "--yes", "--cmd", bench(found, tmp_path), "--pairs", "8")
    kept = tmp_path / "root/etc/tmpfiles.d/90-perfadvisor-numa-zone-reclaim.conf"
    assert typed("keep").output.startswith(f"{kept}: written")
    assert "(as written)" in typed("status").output
    assert f"{kept}: removed" in typed("rollback").output
    assert not kept.exists() and set_to(found, "1")


def test_an_interrupted_tune_changes_nothing_and_goes_on(found, tmp_path, monkeypatch) -> None:
    def interrupted(tune, how):
        raise KeyboardInterrupt

    assert "no tune was interrupted" in str(typed("--resume", "--yes").exception)
    with monkeypatch.context() as patch:
        patch.setattr(tune_body, "run", interrupted)
        assert typed("now", "--yes", "--cmd", bench(found, tmp_path), "--pairs", "8").exit_code != 0
    assert set_to(found, "1")
    done = typed("--resume", "--yes")
    assert (done.exit_code, "Kept: 1 fix." in done.output, set_to(found)) == (0, True, True), done.output
    typed("rollback")


def test_a_fix_that_needs_a_restart_is_shown_and_judged_after_it(command_line, tmp_path, monkeypatch) -> None:  # noqa: F811
    assert typed("continue").output == "no fix waits for a restart\n"
    made = with_setting.planned([Intent(setting="kernel.parameter", subject="iommu.strict", to={"value": "0"})])
    finding = Finding(rule=RULES["numa-zone-reclaim"], environment="local", subject="", outcome=Outcome.FIRES)
    view = ReportView(source="", now="", version="", facts={"local": FactTable(())}, plans=((finding, made),))
    monkeypatch.setattr(tune_body, "view_of", lambda source, rules: view)
    script = tmp_path / "bench"
    script.write_text(
        f"if grep -q strict=0 {command_line}; then v=200; else v=100; fi\n"
        'printf "workload,metric,unit,better,value\\nw,iops,iops,higher,$v.%s\\n" "$(($$ % 10))" > "$PERFADVISOR_CSV"\n'
    )
    done = typed("now", "--yes", "--cmd", f"sh {script}")
    assert (done.exit_code, "put iommu.strict=0 on the kernel's command line" in done.output) == (0, True), done.output
    (waiting,) = record.load_all()
    record.save(replace(waiting, boot="the boot before"))
    command_line.write_text(command_line.read_text().replace("strict=1", "strict=0"))
    assert "it looks improved" in typed("continue").output


def test_what_does_not_help_leaves_no_trace(found, tmp_path) -> None:
    done = typed("now", "--yes", "--cmd", bench(found, tmp_path, 100), "--pairs", "8")
    assert "Nothing is kept: no fix helped. Everything is as before." in done.output
    assert set_to(found, "1")


def test_another_machines_snapshot_is_refused(tmp_path) -> None:
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/hostname").write_text("elsewhere\n")
    done = typed(str(tmp_path), "--dry-run")
    assert isinstance(done.exception, InputError)
    assert "was read on elsewhere" in str(done.exception)


def test_a_rule_without_a_fix_here_is_an_error(found) -> None:
    done = typed("now", "--dry-run", "--only", "memory-thp-never")
    assert isinstance(done.exception, InputError)
    assert "memory-thp-never has no fix to try here" in str(done.exception)


def test_without_a_source_the_usage_is_an_error() -> None:
    assert typed("--yes").exit_code == 2
