"""The history as a command: ingest, list, show, check, its JSON and its page."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from perfadvisor.cli.gate import command as gate
from perfadvisor.cli.history import command
from perfadvisor.errors import PerfAdvisorError


def history(*arguments: object):
    return CliRunner().invoke(command, [str(one) for one in arguments], env={"GITHUB_SHA": "", "CI_COMMIT_SHA": ""})


def points(path: Path, *, step: float = -0.1, after: int = 15, name: str = "read") -> Path:
    chance = np.random.default_rng(1)
    rows = ["series,time,value,commit,unit,better"]
    for i in range(80 + after):
        value = float(100 * np.exp(chance.normal() * 0.01) * (1 + step * (i >= 80)))
        rows.append(f"{name},2026-01-01T00:{i // 60:02d}:{i % 60:02d},{value!r},commit{i},MB/s,higher")
    path.write_text("\n".join(rows))
    return path


@pytest.fixture
def place(tmp_path):
    """A history with one series that got 10 % worse at its 81st point."""
    history("ingest", "--csv", points(tmp_path / "p.csv"), "--db", tmp_path / "h.sqlite")
    return tmp_path / "h.sqlite"


def test_ingest_says_what_was_new(tmp_path) -> None:
    arguments = ("ingest", "--csv", points(tmp_path / "p.csv"), "--db", tmp_path / "h.sqlite")
    assert "95 results added, 0 known" in history(*arguments).output
    assert "0 results added, 95 known" in history(*arguments).output


def test_list_and_show(place) -> None:
    assert history("list", "--db", place).output.startswith("read  95 points")
    assert "csv:" in history("list", "--runs", "--db", place).output
    shown = history("show", "read", "--last", 20, "--db", place).output
    assert re.search(r"-- read at 80 .*commit79\.\.commit80.*confirmed", shown)
    assert len(re.findall(r"^ +\d+ ", shown, re.M)) == 20


@pytest.mark.parametrize(
    ("after", "step", "more", "code"),
    [(15, -0.1, (), 1), (5, -0.1, (), 3), (5, -0.1, ("--allow-undecided",), 0), (15, 0.1, (), 0), (15, 0.0, (), 0)],
)
def test_check_exit_codes(tmp_path, after, step, more, code) -> None:
    place = tmp_path / "h.sqlite"
    history("ingest", "--csv", points(tmp_path / "p.csv", step=step, after=after), "--db", place)
    assert history("check", "--db", place, *more).exit_code == code


def test_json_keeps_to_its_schema_and_names_the_change(place) -> None:
    result = history("check", "--json", "--db", place)
    document = json.loads(result.stdout)
    schema = json.loads(CliRunner().invoke(gate, ["schema", "history"]).output)
    Draft202012Validator(schema).validate(document)
    (change,) = document["report"]["changes"]
    assert (change["series"], change["index"], change["kind"]) == ("read", 80, "confirmed")
    assert (change["commit_before"], change["commit"]) == ("commit79", "commit80")
    assert change["low"] < change["ratio"] < change["high"]
    assert change["time"] == 1767225680.0


def test_a_change_without_a_direction_is_undecided_until_somebody_says_it(tmp_path) -> None:
    said, unsaid, place = points(tmp_path / "p.csv"), tmp_path / "u.csv", tmp_path / "h.sqlite"
    unsaid.write_text("\n".join(",".join(line.split(",")[:4]) for line in said.read_text().splitlines()))
    history("ingest", "--csv", unsaid, "--db", place)
    result = history("check", "--db", place)
    assert (result.exit_code, "it is unknown which direction is better" in result.output) == (3, True)
    assert "changed since" in result.output and "confirmed" in result.output
    assert "0 results added" in history("ingest", "--csv", said, "--db", place).output
    assert history("check", "--db", place).exit_code == 1
    assert "0 results added" in history("ingest", "--csv", unsaid, "--db", place).output
    assert history("check", "--db", place).exit_code == 1


def test_once_reports_once(place) -> None:
    assert history("check", "--once", "--db", place).exit_code == 1
    assert history("check", "--once", "--db", place).exit_code == 0
    assert history("check", "--db", place).exit_code == 1


@pytest.mark.parametrize(
    ("rule", "code"),
    [("margin: 0.2", 0), ("margin: 0.05", 1), ("primary: false", 0), ("family: x", 1), ("match: no, margin: 0.2", 1)],
)
def test_the_rule_of_a_metric_holds_for_its_series_too(place, tmp_path, rule, code) -> None:
    rule = rule if rule.startswith("match") else f"match: 'rea*', {rule}"
    (tmp_path / "p.yaml").write_text(f"version: 1\nmetrics:\n  - {{{rule}}}\n")
    result = history("check", "--policy", tmp_path / "p.yaml", "--db", place)
    assert (result.exit_code, "-9" in result.output) == (code, True), result.output


def test_an_accepted_change_is_quiet(place, tmp_path) -> None:
    change = json.loads(history("check", "--json", "--db", place).stdout)["report"]["changes"][0]
    (tmp_path / "p.yaml").write_text(
        f"version: 1\nacknowledged:\n  - {{id: {change['id']}, reason: the safer default, until: '2999-01-01'}}\n"
    )
    result = history("check", "--policy", tmp_path / "p.yaml", "--db", place)
    assert (result.exit_code, "the safer default" in result.output) == (0, True)


def test_the_page_is_complete_and_escapes_what_it_shows(tmp_path) -> None:
    place = tmp_path / "h.sqlite"
    history("ingest", "--csv", points(tmp_path / "p.csv", name="<script>alert(1)</script>"), "--db", place)
    history("check", "--html", tmp_path / "h.html", "--db", place)
    page = (tmp_path / "h.html").read_text()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    page = page.partition("<script")[0]  # ours follow, which name what they look for
    assert not re.search(r'(src|href)="(?!data:,|#)', page)
    assert "commit80" in page and "<svg" in page and 'class="mark confirmed"' in page


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("series,time\n", "no column 'value'"),
        ("series,time,value\na,yesterday,1\n", ":2: time 'yesterday' is neither"),
        ("series,time,value\na,1,nan\n", ":2: value is nan"),
        ("series,time,value\n,1,1\n", ":2: series is empty"),
        ("series,time,value\n", "no rows"),
    ],
)
def test_broken_points_are_named_by_line(tmp_path, text, said) -> None:
    (tmp_path / "p.csv").write_text(text)
    error = history("ingest", "--csv", tmp_path / "p.csv", "--db", tmp_path / "h").exception
    assert isinstance(error, PerfAdvisorError) and error.exit_code == 2
    assert said in error.message
    assert not (tmp_path / "h").exists()


def test_nothing_to_ask_is_said(tmp_path, place) -> None:
    for arguments, said in (
        (("check", "--db", tmp_path / "none"), "no history here"),
        (("check", "write", "--db", place), "no series 'write'"),
        (("ingest", "--db", place), "nothing to ingest"),
        (("ingest", tmp_path, "--db", place), "no run.json"),
    ):
        error = history(*arguments).exception
        assert (error.exit_code, said in error.message) == (2, True), error.message


def test_list_and_show_print_no_escapes_of_a_file(tmp_path) -> None:
    place, csv = tmp_path / "h.sqlite", tmp_path / "p.csv"
    hostile = "\x1b[2J\x1b]0;mine\x07\u202e"
    csv.write_text(f"series,time,value,commit,unit,better\nread{hostile},1700000000,1,c{hostile},u{hostile},lower\n")
    history("ingest", "--csv", csv, "--db", place)
    for words in (("list",), ("list", "--runs"), ("show", f"read{hostile}")):
        said = history(*words, "--db", place)
        assert said.exit_code == 0 and said.output.strip()
        assert all(line.isprintable() for line in said.output.splitlines())
