import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli.advise import command
from perfadvisor.cli.report import command as report_command
from perfadvisor.errors import GateError
from tests.report import synthetic


@pytest.fixture
def judged(monkeypatch):
    """The made-up view in place of a judgement; what was asked for is returned."""
    asked: list[tuple] = []
    view = synthetic.view()

    def judge(path, rules_dirs=(), goal="", more=()):
        asked.append((path, tuple(rules_dirs), goal))
        return view

    monkeypatch.setattr("perfadvisor.judge.judge", judge)
    return asked


def test_text(judged) -> None:
    result = CliRunner().invoke(command, ["run-07", "--goal", "latency", "--rules", "mine"])
    assert result.exit_code == 0
    assert judged == [(Path("run-07"), (Path("mine"),), "latency")]
    assert " 1 HIGH " in result.stdout and "\x1b" not in result.stdout


@pytest.mark.parametrize("wanted", ["1", "nic-irq-on-remote-node", "all"])
def test_explain(judged, wanted: str) -> None:
    result = CliRunner().invoke(command, ["run-07", "--explain", wanted])
    assert result.exit_code == 0 and "1. HIGH" in result.stdout and "   why    ens3f0" in result.stdout


def test_json(judged) -> None:
    result = CliRunner().invoke(command, ["run-07", "--format", "json"])
    assert json.loads(result.stdout)["schema_version"] == 2


def test_html(judged) -> None:
    assert CliRunner().invoke(command, ["run-07", "--format", "html"]).stdout.startswith("<!doctype html>")


@pytest.mark.parametrize(("severity", "fails"), [("critical", False), ("high", True), ("info", True)])
def test_fail_on(judged, severity: str, fails: bool) -> None:
    result = CliRunner().invoke(command, ["run-07", "--fail-on", severity])
    assert isinstance(result.exception, GateError) == fails
    assert " 4 LOW " in result.stdout
    if fails:
        assert result.exception.exit_code == 1
        counted, _, rules = result.exception.message.partition(f" at or over {severity}: ")
        assert "nic-irq-on-remote-node" in rules.split(", ")
        assert re.search(r" of ([0-9]+) rules?$", counted)[1] == str(len(rules.split(", "))), "as many as are listed"


def test_a_severity_nobody_knows(judged) -> None:
    assert CliRunner().invoke(command, ["run-07", "--fail-on", "awful"]).exit_code == 2


def test_report_writes_one_file_and_says_where(judged, tmp_path) -> None:
    page = tmp_path / "page.html"
    result = CliRunner().invoke(report_command, ["run-07", "-o", str(page)])
    assert (result.exit_code, result.stdout) == (0, f"{page}\n")
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert list(tmp_path.iterdir()) == [page]
