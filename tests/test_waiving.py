"""Accepted findings: listed apart in every output, failing nothing; an expired waiver lets them fire again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.analyse.rules.accepted import accept, expired
from perfadvisor.cli.advise import command as advise
from perfadvisor.cli.report import command as report
from perfadvisor.errors import GateError
from perfadvisor.model.rule import Outcome, Severity, Waiver
from perfadvisor.report.findings import at_or_over, entries
from perfadvisor.report.judged import Judged, judged
from perfadvisor.waiving import waived
from tests.report import synthetic

SNAPSHOT = Path(__file__).resolve().parent / "data" / "planted" / "unsafe-disk.tar.gz"
FAR, PAST = "2999-12-31", "2020-01-01"


def waiver(**changes) -> Waiver:
    return replace(Waiver(rule="pcie-link-speed-degraded", reason="known", until=FAR), **changes)


@pytest.mark.parametrize(
    ("changes", "covers"),
    [
        ({}, True),
        ({"subject": "0000:41:*"}, True),
        ({"subject": "0000:42:*"}, False),
        ({"environment": "vm"}, False),
        ({"until": PAST}, False),
        ({"until": "2026-11-28"}, True),
        ({"rule": "storage-scheduler"}, False),
    ],
)
def test_what_a_waiver_covers(changes: dict, covers: bool) -> None:
    findings = tuple(accept(synthetic.view().findings, [waiver(**changes)], "2026-11-28"))
    marked = [one.rule.id for one in findings if one.accepted]
    assert marked == (["pcie-link-speed-degraded"] if covers else [])


def test_only_what_fires_is_accepted() -> None:
    clear = synthetic.view().with_outcome(Outcome.CLEAR)[0]
    assert not any(one.accepted for one in accept([clear], [waiver(rule=clear.rule.id)], PAST))


def test_an_expired_waiver_is_named_where_its_finding_fires() -> None:
    findings = synthetic.view().findings
    assert expired(findings, [waiver(until=PAST)], "2026-11-28") == (waiver(until=PAST),)
    assert expired(findings, [waiver(until=PAST, rule="other"), waiver()], "2026-11-28") == ()


def test_accepted_findings_hold_nothing_back() -> None:
    view = synthetic.view()
    every = [waiver(rule=one.rule.id) for one in view.with_outcome(Outcome.FIRES)]
    findings = tuple(accept(view.findings, every, PAST))
    assert entries(findings) == () and at_or_over(findings, Severity.INFO) == ()
    assert judged(replace(view, findings=findings)) is not Judged.FINDINGS


@pytest.fixture
def firing() -> str:
    document = json.loads(CliRunner().invoke(advise, [str(SNAPSHOT), "--format", "json"]).output)
    return next(one["rule"] for one in document["findings"] if one["severity"] == "critical")


def file(tmp_path: Path, rule: str, until: str) -> str:
    path = tmp_path / "waivers.yaml"
    path.write_text(f"waivers:\n  - {{id: {rule}, reason: a scratch disk, until: {until}}}\n")
    return str(path)


def test_advise_and_fail_on(tmp_path, firing: str) -> None:
    arguments = [str(SNAPSHOT), "--fail-on", "critical"]
    assert isinstance(CliRunner().invoke(advise, arguments).exception, GateError)
    accepted = CliRunner().invoke(advise, [*arguments, "--waivers", file(tmp_path, firing, FAR)])
    assert accepted.exit_code == 0 and "1 accepted" in accepted.output and " CRITICAL " not in accepted.output
    whole = CliRunner().invoke(advise, [str(SNAPSHOT), "--explain", "all", "--waivers", file(tmp_path, firing, FAR)])
    assert "a scratch disk (until 2999-12-31)" in " ".join(whole.output.split())


def test_an_expired_waiver_fires_again(tmp_path, firing: str) -> None:
    done = CliRunner().invoke(
        advise, [str(SNAPSHOT), "--fail-on", "critical", "--waivers", file(tmp_path, firing, PAST)]
    )
    assert isinstance(done.exception, GateError)
    assert f"note: the waiver of {firing} expired on {PAST}: a scratch disk" in done.stderr


def test_json_names_the_reason_and_the_page_lists_it_apart(tmp_path, firing: str) -> None:
    waivers = file(tmp_path, firing, FAR)
    document = json.loads(CliRunner().invoke(advise, [str(SNAPSHOT), "--format", "json", "--waivers", waivers]).output)
    assert [one["rule"] for one in document["findings"] if one["accepted"]] == [firing]
    page = tmp_path / "page.html"
    assert CliRunner().invoke(report, [str(SNAPSHOT), "-o", str(page), "--waivers", waivers]).exit_code == 0
    assert "1 finding accepted" in page.read_text() and "a scratch disk (until 2999-12-31)" in page.read_text()


def test_the_reason_of_a_waiver_is_one_line_of_plain_text(tmp_path) -> None:
    """A pull request can change the file, and the line is printed into the log of its check."""
    view = synthetic.view()
    rule = view.with_outcome(Outcome.FIRES)[0].rule.id
    path = tmp_path / "waivers.yaml"
    path.write_text(f'waivers:\n  - {{id: {rule}, reason: "none\\n::error::\\e[2Jfalse", until: {PAST}}}\n')
    _, said = waived(view, path)
    assert len(said) == 1 and said[0].isprintable()
