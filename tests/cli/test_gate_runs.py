"""Gating our own runs: one workload between two environments for real, and runs' folders, whole and broken."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli.compare import command as compare
from perfadvisor.cli.gate import command
from perfadvisor.cli.history import command as history

pytestmark = [pytest.mark.tools, pytest.mark.slow]
WORKLOAD = """\
id: storage/tiny
title: A quarter of a second of reads
why: For tests.
tool: fio
parameters: {rw: randread, engine: psync, block_size_bytes: 4096, size_bytes: 4194304}
metrics: [read.iops]
runtime_s: 0.25
warmup_s: 0
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A directory with a workload of its own, room for its file, and a run of it."""
    root = tmp_path_factory.mktemp("gate")
    (root / "own" / "storage").mkdir(parents=True)
    (root / "own" / "storage" / "tiny.yaml").write_text(WORKLOAD)
    (root / "disk").mkdir()
    subprocess.run(
        [
            sys.executable,
            "-m",
            "perfadvisor",
            "run",
            "storage/tiny",
            "--repeats",
            "5",
            "--workloads",
            str(root / "own"),
            "--dir",
            str(root / "disk"),
            "--out",
            str(root / "run"),
        ],
        check=True,
        capture_output=True,
    )
    return root


def invoked(what, *arguments: object):
    return CliRunner().invoke(what, [str(one) for one in arguments])


def test_a_workload_is_gated_between_two_environments(place) -> None:
    result = invoked(
        command,
        "run",
        "storage/tiny",
        "--a",
        "local",
        "--b",
        "local",
        "--workloads",
        place / "own",
        "--dir",
        place / "disk",
        "--pairs",
        5,
        "--json",
        place / "g.json",
    )
    assert result.exit_code in (0, 3), result.output
    report = json.loads((place / "g.json").read_text())["report"]
    (comparison,) = report["comparisons"]
    assert (comparison["workload"], comparison["metric"]) == ("storage/tiny", "read.iops")
    assert len(comparison["baseline"]) == 5 or comparison["reason"] == "invalid-runs"  # a busy machine says so
    assert not list((place / "disk").iterdir())


def test_a_run_against_itself_and_out_of_the_history(place, monkeypatch) -> None:
    # other tests are load
    monkeypatch.setattr("perfadvisor.analyse.results.cells.with_doubts", lambda result, _: result)
    db = place / "h.sqlite"
    assert "results added" in invoked(history, "ingest", place / "run", "--db", db, "--commit", "abc").output
    assert "0 results added" in invoked(history, "ingest", place / "run", "--db", db).output
    stored = invoked(command, "--baseline", "history:last", "--candidate", place / "run", "--db", db)
    assert "stored in another session" in stored.output
    assert stored.exit_code == 3
    assert "storage/tiny/read.iops" in invoked(compare, place / "run", place / "run").output


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda run: (run / "run.json").write_text((run / "run.json").read_text()[:300]), "run.json"),
        (lambda run: (run / "run.json").unlink(), "no run.json"),
        (lambda run: (run / "trials" / "0002" / "trial.json").write_text("{}"), "trial.json"),
    ],
)
def test_a_broken_run_is_an_input_error(place, tmp_path, break_it, said) -> None:
    import shutil

    shutil.copytree(place / "run", tmp_path / "run")
    break_it(tmp_path / "run")
    error = invoked(command, "--baseline", tmp_path / "run", "--candidate", place / "run").exception
    assert (error.exit_code, said in error.message) == (2, True), error.message
