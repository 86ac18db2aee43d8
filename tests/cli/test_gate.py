"""The gate as a command: exit codes, inputs, outputs against their schemas, the policy file."""

import json
import os
import re
import resource
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from junitparser import JUnitXml
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from perfadvisor.cli.gate import command
from perfadvisor.errors import PerfAdvisorError
from perfadvisor.model.history import SeriesKey
from perfadvisor.packs.problems import PackError
from perfadvisor.store.baseline import _levels
from perfadvisor.store.database import Database
from perfadvisor.store.ingest import StoredPoint, StoredRun, ingest
from perfadvisor.store.place import default_place

HEADER = "workload,metric,unit,better,value"


def rows(path: Path, *, factor=1.0, n=10, spread=0.003, seed=1, names=(("w", "iops", "iops", "higher"),)) -> Path:
    chance = np.random.default_rng(seed)
    lines = [HEADER]
    for _ in range(n):
        lines += [f"{','.join(name)},{float(100 * factor * np.exp(chance.normal() * spread))!r}" for name in names]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def files(tmp_path):
    """Names to CSV files: good and same are equal, slow is 15 % slower, loud is too noisy to say."""
    return {
        "good": rows(tmp_path / "good.csv", seed=1),
        "same": rows(tmp_path / "same.csv", seed=2),
        "slow": rows(tmp_path / "slow.csv", seed=3, factor=0.85),
        "fast": rows(tmp_path / "fast.csv", seed=3, factor=1.2),
        "loud": rows(tmp_path / "loud.csv", seed=4, spread=0.2),
        "few": rows(tmp_path / "few.csv", seed=5, n=3),
    }


def gate(*arguments: object):
    return CliRunner().invoke(command, [str(one) for one in arguments], prog_name="gate")


def judged(files, candidate: str, *more: object):
    return gate("--baseline", files["good"], "--candidate", files[candidate], "--paired", *more)


@pytest.mark.parametrize(
    ("candidate", "code", "verdict"),
    [("same", 0, "equivalent"), ("fast", 0, "improved"), ("slow", 1, "regression"), ("loud", 3, "undecided")],
)
def test_exit_codes(files, candidate, code, verdict) -> None:
    result = judged(files, candidate)
    assert (result.exit_code, verdict in result.output) == (code, True)


def test_undecided_can_be_allowed_and_a_regression_cannot(files) -> None:
    assert judged(files, "loud", "--allow-undecided").exit_code == 0
    assert judged(files, "slow", "--allow-undecided").exit_code == 1


def test_too_few_runs_are_undecided(files) -> None:
    result = gate("--baseline", files["few"], "--candidate", files["few"], "--paired")
    assert (result.exit_code, "at least 5" in result.output) == (3, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column"),
        ("workload,metric\n", "no column 'unit'"),
        (HEADER + "\n", "no rows"),
        (HEADER + "\nw,m,iops,higher,nan\n", ":2: value is nan"),
        (HEADER + "\nw,m,iops,higher,inf\n", ":2: value is inf"),
        (HEADER + "\nw,m,iops,higher,ten\n", ":2: value 'ten' is not a number"),
        (HEADER + "\nw,m,iops,more,10\n", ":2: better is 'more'"),
        (HEADER + "\nw,,iops,higher,10\n", ":2: metric is empty"),
        (HEADER + "\nw,m,iops,higher,10\nw,m,ms,higher,10\n", ":3: w/m has another unit"),
        (HEADER + "\nw,m,iops,higher\n", ":2: 5 columns in the header"),
        (HEADER + "\nw,m,iops,higher,1,2\n", ":2: 5 columns in the header"),
        (HEADER + '\n"w,m,iops', "not CSV"),
    ],
)
def test_broken_rows_are_named_by_line(files, tmp_path, text, said) -> None:
    (tmp_path / "bad.csv").write_text(text)
    result = gate("--baseline", files["good"], "--candidate", tmp_path / "bad.csv")
    assert isinstance(result.exception, PerfAdvisorError)
    assert (result.exception.exit_code, said in result.exception.message) == (2, True), result.exception.message


def test_text_that_is_no_text(files, tmp_path) -> None:
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PerfAdvisorError, match="UTF-8"):
        raise gate("--baseline", files["good"], "--candidate", tmp_path / "bad.csv").exception


def test_a_missing_baseline_is_an_input_error(files, tmp_path) -> None:
    error = gate("--baseline", tmp_path / "none", "--candidate", files["good"]).exception
    assert (error.exit_code, "no such file" in error.message) == (2, True)
    assert gate("--candidate", files["good"]).exit_code == 2


def test_outputs_keep_to_their_schemas(files, tmp_path) -> None:
    names = {kind: tmp_path / kind for kind in ("junit", "markdown", "json", "openmetrics")}
    judged(files, "slow", *(part for kind, path in names.items() for part in (f"--{kind}", path)))
    document = json.loads(names["json"].read_text())
    Draft202012Validator(json.loads(gate("schema", "gate").output)).validate(document)
    assert (document["schema_version"], document["verdict"], document["exit_code"]) == (1, "regression", 1)
    suite = next(iter(JUnitXml.fromfile(str(names["junit"]))))
    assert (suite.tests, suite.failures, suite.errors) == (1, 1, 0)
    metrics = {family.name: family for family in text_string_to_metric_families(names["openmetrics"].read_text())}
    assert metrics["perfadvisor_gate_exit_code"].samples[0].value == 1
    verdicts = {sample.labels["verdict"]: sample.value for sample in metrics["perfadvisor_gate_verdict"].samples}
    assert verdicts == {"regression": 1, "improved": 0, "equivalent": 0, "undecided": 0}
    text = names["markdown"].read_text()
    assert "❌ Regression in w" in text and "●" in text and "█" in text


def test_undecided_is_skipped_in_junit_with_its_reason(files, tmp_path) -> None:
    judged(files, "loud", "--junit", tmp_path / "j.xml")
    skipped = ET.parse(tmp_path / "j.xml").getroot().find(".//skipped")
    assert skipped is not None and "margin" in skipped.get("message", "")


# What the schema of Jenkins' xUnit plugin (junit-10.xsd, which pytest's reports keep to as well) wants and allows.
NEEDED = {"testsuites": set(), "testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}}
ALLOWED = {"testsuites": {"name", "time"}, "testsuite": {"skipped", "time"}, "testcase": {"classname", "time"}}
RESULTS = {"failure", "error", "skipped"}


@pytest.mark.parametrize("candidate", ["same", "slow", "loud"])
def test_junit_keeps_to_the_schema_of_jenkins(files, tmp_path, candidate) -> None:
    judged(files, candidate, "--junit", tmp_path / "j.xml")
    root = ET.parse(tmp_path / "j.xml").getroot()
    assert root.tag == "testsuites" and [one.tag for one in root] == ["testsuite"]
    for one in root.iter():
        if one.tag in NEEDED:
            assert NEEDED[one.tag] <= set(one.attrib) <= NEEDED[one.tag] | ALLOWED[one.tag]
    for case in root.iter("testcase"):
        tags = [one.tag for one in case]
        assert set(tags) <= RESULTS | {"system-out"} and len(tags) == len(set(tags))
        assert all(set(one.attrib) <= {"message", "type"} for one in case)


def test_markdown_of_many_undecided_metrics_stays_short(tmp_path) -> None:
    names = tuple((f"w{i}", "m", "s", "lower") for i in range(100))
    a, b = (rows(tmp_path / str(seed), names=names, n=2, seed=seed) for seed in (1, 2))
    gate("--baseline", a, "--candidate", b, "--markdown", tmp_path / "m")
    text = (tmp_path / "m").read_text()
    assert "- and 80 more" in text and "and 40 more, in the JSON" in text
    assert len(text) < 20_000


def test_hostile_names_stay_text(tmp_path) -> None:
    names = (("<b>@team</b> `x` | [a](javascript:b)\x01", "m\x08", "u", "higher"),)
    a, b = rows(tmp_path / "a", names=names), rows(tmp_path / "b", names=names, factor=0.5, seed=2)
    gate("--baseline", a, "--candidate", b, "--paired", "--junit", tmp_path / "j", "--markdown", tmp_path / "m")
    ET.parse(tmp_path / "j")
    text = (tmp_path / "m").read_text()
    assert "<b>" not in re.sub(r"`[^`]*`|```.*?```", "", text, flags=re.S)
    assert "](" not in re.sub(r"`[^`]*`", "", text).replace("\\]", "")


POLICY = """\
version: 1
metrics:
  - {match: "w/iops", margin: 0.20}
"""


def test_the_policy_sets_margins(files, tmp_path) -> None:
    (tmp_path / "p.yaml").write_text(POLICY)
    assert judged(files, "slow", "--policy", tmp_path / "p.yaml").exit_code == 0


@pytest.mark.parametrize(("until", "code"), [("2999-01-01", 0), ("2020-01-01", 1)])
def test_an_acknowledgement_holds_until_its_day(files, tmp_path, until, code) -> None:
    (tmp_path / "p.yaml").write_text(
        f"version: 1\nacknowledged:\n  - {{id: w/iops, reason: waiting for the new drive, until: '{until}'}}\n"
    )
    result = judged(files, "slow", "--policy", tmp_path / "p.yaml")
    assert result.exit_code == code
    assert ("accepted" if code == 0 else "run out") in result.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("metrics: []\n", "`version` is missing"),
        ("version: 1\nmetric: []\n", ":2:1: unknown key `metric` (did you mean `metrics`?)"),
        ("version: 1\nmetrics:\n  - {match: a, margin: 3}\n", ":3:"),
        ("version: 1\nacknowledged:\n  - {id: a, reason: too short, until: tomorrow}\n", ":3:"),
        ("version: 2\n", ":1:"),
        ("a: [", "not YAML"),
    ],
)
def test_policy_mistakes_are_named_by_line(files, tmp_path, text, said) -> None:
    (tmp_path / "p.yaml").write_text(text)
    error = judged(files, "same", "--policy", tmp_path / "p.yaml").exception
    assert isinstance(error, PackError) and error.exit_code == 2
    assert said in error.message


def test_schemas_are_schemas_and_the_guides_policy_keeps_to_its_own(files) -> None:
    for which in ("gate", "policy", "history", "calibration"):
        Draft202012Validator.check_schema(json.loads(gate("schema", which).output))


def test_calibrate_refuses_a_margin_below_the_floor_and_the_gate_raises_it(tmp_path) -> None:
    loud, calm = rows(tmp_path / "loud", spread=0.05, n=40), rows(tmp_path / "calm", spread=0.002, n=40)
    assert gate("calibrate", "--rows", calm, "--margin", 0.03, "-o", tmp_path / "c.json").exit_code == 0
    assert (tmp_path / "c.json").stat().st_mode & 0o777 == 0o600
    schema = json.loads(gate("schema", "calibration").output)
    Draft202012Validator(schema).validate(json.loads((tmp_path / "c.json").read_text()))
    refused = gate("calibrate", "--rows", loud, "--margin", 0.01, "-o", tmp_path / "l.json")
    assert refused.exception.exit_code == 2
    result = gate("--baseline", calm, "--candidate", calm, "--calibration", tmp_path / "l.json", "--order", "mixed")
    (tmp_path / "p.yaml").write_text("version: 1\nmetrics:\n  - {match: '*', margin: 0.001}\n")
    result = gate(
        "--baseline",
        calm,
        "--candidate",
        loud,
        "--calibration",
        tmp_path / "l.json",
        "--policy",
        tmp_path / "p.yaml",
        "--order",
        "mixed",
    )
    assert "margin raised" in result.output


def test_calibrate_prints_no_escapes_of_its_rows(tmp_path) -> None:
    file = rows(tmp_path / "rows", spread=0.002, n=40, names=[("w\x1b[2J", "iops", "iops", "higher")])
    said = gate("calibrate", "--rows", file, "-o", tmp_path / "c.json")
    assert said.exit_code == 0 and "false alarms" in said.output and "\x1b" not in said.output


def test_a_broken_calibration_is_an_input_error(files, tmp_path) -> None:
    (tmp_path / "c.json").write_text('{"schema_version": 1, "metrics": {"w/iops": {"noise_floor": "much"}}}')
    error = judged(files, "same", "--calibration", tmp_path / "c.json").exception
    assert (error.exit_code, "metrics.w/iops" in error.message) == (2, True)


@pytest.mark.parametrize("named", [True, False])
def test_a_baseline_out_of_the_history_decides_once_ten_sessions_are_known(files, tmp_path, monkeypatch, named) -> None:
    """Also out of the default one, which no option names."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    _levels.cache_clear()
    chance, key = np.random.default_rng(7), SeriesKey(workload="w", metric="iops")
    runs = [StoredRun(id=f"run-{i}", started=1e9 + i) for i in range(12)]
    points = [
        StoredPoint(
            run_id=run.id,
            key=key,
            unit="iops",
            better="higher",
            time=run.started,
            value=100 + 0.1 * (i % 3),
            fresh_runs=tuple(100 * np.exp(chance.normal(size=6) * 0.003)),
        )
        for i, run in enumerate(runs)
    ]
    with Database("").writing() as connection:
        ingest(connection, runs, points)
    more = ("--db", str(default_place())) if named else ()
    result = gate("--baseline", "history:last", "--candidate", files["slow"], *more)
    assert result.exit_code == 1, result.output


@pytest.mark.slow
def test_help_is_quick() -> None:
    """In processor time, which other load makes longer too, but not without end."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "perfadvisor", "gate", "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    busy = os.getloadavg()[0] > (os.cpu_count() or 1) - 1
    assert min(once() for _ in range(10)) < (0.2 if busy else 0.1)
