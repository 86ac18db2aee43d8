"""`gate run`: two sides of one benchmark, measured in turns until the answer is known."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli.gate import command


def gate(*arguments: object):
    return CliRunner().invoke(command, [str(one) for one in arguments], prog_name="gate")


BENCH = """\
import os, pathlib, random
factor = float(pathlib.Path("factor").read_text())
with open(os.environ["PERFADVISOR_CSV"], "w") as rows:
    rows.write("workload,metric,unit,better,value\\n")
    rows.write(f"sort,time,s,lower,{random.gauss(1, 0.002) * factor}\\n")
"""


def checkout(path: Path, factor: float, bench: str = BENCH) -> Path:
    path.mkdir()
    (path / "bench.py").write_text(bench)
    (path / "factor").write_text(str(factor))
    return path


@pytest.mark.slow
@pytest.mark.parametrize(("factor", "code", "looks"), [(1.0, 0, 2), (1.3, 1, 1)])
def test_gate_run_measures_two_checkouts_in_turns(tmp_path, factor, code, looks) -> None:
    a, b = checkout(tmp_path / "a", 1.0), checkout(tmp_path / "b", factor)
    result = gate("run", "--cmd", "python3 bench.py", "--a", a, "--b", b, "--json", tmp_path / "j")
    assert result.exit_code == code, result.output
    report = json.loads((tmp_path / "j").read_text())["report"]
    assert 1 <= len(report["looks"]) <= looks
    assert report["comparisons"][0]["order"] == "paired"
    order = re.findall(r"pair \d+: .*/(\w)\n", result.stderr)
    assert order[:8] == list("abbaabba")


def test_gate_run_stops_at_its_budget(tmp_path) -> None:
    a, b = checkout(tmp_path / "a", 1.0), checkout(tmp_path / "b", 1.0)
    result = gate("run", "--cmd", "python3 bench.py", "--a", a, "--b", b, "--budget", "0s")
    assert (result.exit_code, "budget" in result.output) == (3, True)


@pytest.mark.parametrize(
    ("bench", "code", "said"),
    [
        ("import sys; sys.exit('no disk')", 2, "no disk"),
        ("pass", 2, "PERFADVISOR_CSV"),
        (BENCH + "    rows.write('sort,time,s,lower,1.0\\n')\n", 2, "one row for each metric"),
    ],
)
def test_gate_run_says_what_the_command_did_wrong(tmp_path, bench, code, said) -> None:
    a = checkout(tmp_path / "a", 1.0, bench)
    error = gate("run", "--cmd", "python3 bench.py", "--a", a, "--b", a).exception
    assert (error.exit_code, said in error.message + error.hint) == (code, True), error.message


@pytest.mark.parametrize(("cmd", "said"), [("python3 'bench.py", "No closing quotation"), (" ", "empty")])
def test_a_command_that_is_none_is_an_input_error(cmd, said) -> None:
    error = gate("run", "--cmd", cmd, "--a", ".", "--b", ".").exception
    assert (error.exit_code, said in error.message) == (2, True), error.message


@pytest.mark.parametrize(("cmd", "said"), [("no-such-program", "No such file"), ("sleep 9", "ran over 0.3 s")])
def test_a_benchmark_that_cannot_run_fails_the_gate(tmp_path, cmd, said) -> None:
    """Taken for undecided, which CI shows as a warning, a change that breaks its benchmark would pass."""
    error = gate("run", "--cmd", cmd, "--a", tmp_path, "--b", tmp_path, "--timeout", 0.3).exception
    assert (error.exit_code, said in error.message) == (2, True), error.message


@pytest.mark.parametrize("option", ["--junit", "--markdown", "--json", "--openmetrics"])
def test_an_output_without_its_folder_is_said_before_anything_is_measured(tmp_path, option) -> None:
    result = gate("run", "--cmd", "false", "--a", ".", "--b", ".", option, tmp_path / "none" / "x")
    assert (result.exception.exit_code, "none" in result.exception.message) == (2, True)
    assert "pair" not in result.stderr
    error = gate("calibrate", "--cmd", "false", "-o", tmp_path / "none" / "x").exception
    assert "none" in error.message


def test_a_time_out_is_above_zero() -> None:
    assert gate("run", "--cmd", "true", "--a", ".", "--b", ".", "--timeout", "0").exit_code == 2


def test_gate_run_needs_one_thing_to_run(tmp_path) -> None:
    assert gate("run", "--a", ".", "--b", ".").exit_code == 2
    assert gate("run", "w", "--cmd", "x", "--a", ".", "--b", ".").exit_code == 2
    error = gate("run", "storage/no-such", "--a", "local", "--b", "local").exception
    assert error.exit_code == 2
