"""`perfadvisor rules`, as a user calls it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli.rules import command
from perfadvisor.errors import GateError, InputError
from perfadvisor.packs.rules import rule_files

BROKEN = """\
id: my-rule
title: mine
severity: high
when: nic.rx_usec > 20
"""


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


def call(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_list():
    lines = call("list").splitlines()
    assert len(lines) >= 45
    assert any(line.startswith("pcie-link-width-degraded ") for line in lines)
    assert "{" not in "".join(lines)


def test_list_as_json():
    rules = json.loads(call("list", "--format", "json"))
    assert {"id", "title", "severity", "when"} <= rules[0].keys()


def test_show():
    shown = call("show", "network-tcp-window-limited")
    for part in ("fires when", "undo", "proven when", "known from", "last checked"):
        assert part in shown


def test_show_knows_the_nearest():
    with pytest.raises(InputError) as caught:
        call("show", "network-tcp-window-limit")
    assert "network-tcp-window-limited" in caught.value.hint


def test_lint_and_test():
    assert "no mistake found" in call("lint")
    assert "all as expected" in call("test")


def test_lint_of_a_broken_rule_of_ones_own(tmp_path):
    (tmp_path / "my-rule.yaml").write_text(BROKEN)
    with pytest.raises(InputError) as caught:
        call("lint", "--rules", str(tmp_path))
    assert "my-rule.yaml:1:1: `maturity` is missing" in caught.value.message


def test_a_failing_case_is_named(tmp_path, monkeypatch):
    from perfadvisor.packs.locate import shipped

    text = (shipped("rules") / "numa" / "numa-zone-reclaim.yaml").read_text()
    text = text.replace("memory.zone_reclaim_mode > 0", "memory.zone_reclaim_mode > 1")
    (tmp_path / "numa-zone-other.yaml").write_text(text.replace("id: numa-zone-reclaim", "id: numa-zone-other"))
    with pytest.raises(GateError) as caught:
        call("test", "--rules", str(tmp_path))
    assert "case 'switched on' is clear, expected fires" in caught.value.message


def test_schema_knows_every_fact():
    schema = json.loads(call("schema"))
    assert "nic.rx_usecs" in schema["properties"]["evidence"]["items"]["enum"]


def test_list_and_show_print_no_escapes_of_a_pack(tmp_path):
    (shipped_file,) = [file for file in rule_files() if file.stem == "pcie-link-width-degraded"]
    lines = shipped_file.read_text().replace("pcie-link-width-degraded", "my-rule").splitlines()
    lines = [r'title: "Mine\e[2J"' if line.startswith("title:") else line for line in lines]
    folder = tmp_path / shipped_file.parent.name
    folder.mkdir()
    (folder / "my-rule.yaml").write_text("\n".join(lines))
    for words in (("list",), ("show", "my-rule")):
        said = call(*words, "--rules", str(tmp_path))
        assert "Mine" in said and "\x1b[2J" not in said


@pytest.mark.parametrize("outcome", ["fires", "clear", "unknown"])
def test_explain_shows_every_term_with_its_value(outcome: str) -> None:
    from perfadvisor.judge import judge

    snapshot = Path(__file__).resolve().parent.parent / "data" / "planted" / "far-interrupts.tar.gz"
    asked = next(one for one in judge(snapshot).findings if one.outcome == outcome and one.rule.for_each)
    done = CliRunner().invoke(command, ["explain", asked.rule.id, "--on", str(snapshot)])
    assert done.exit_code == 0, done.exception
    assert asked.rule.when in done.output
    answer = {"fires": "true", "clear": "false", "unknown": "unknown"}[outcome]
    assert f"{asked.subject}: {answer}" in done.output


def test_explain_of_an_unknown_rule_names_the_nearest() -> None:
    done = CliRunner().invoke(command, ["explain", "cpu-governor-on-deman", "--on", "x"])
    assert "did you mean" in done.exception.hint
