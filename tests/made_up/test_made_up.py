"""A tool is a module and a line, and so is a kind of machine: both are added here, and run a trial."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from perfadvisor import bundle
from perfadvisor.cli import group, running
from perfadvisor.cli.guard import exit_code_of
from perfadvisor.model.result import TrialState
from perfadvisor.specs.kinds import KINDS
from perfadvisor.targets.base import Target
from perfadvisor.tools.catalogue import TOOLS, Tool
from tests.made_up import count
from tests.made_up.field import FIELD, Field

WORKLOAD = """
id: counting/ten
title: Count to ten
why: To test with.
runtime_s: 0.1
warmup_s: 0
tool: count
parameters: {up_to: 10}
metrics: [counted]
"""
A_TOOL: Tool = count
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def added(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(TOOLS, "count", A_TOOL)
    monkeypatch.setitem(KINDS, FIELD.name, FIELD)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "stop_cleanly", lambda: None)
    file = tmp_path / "own" / "counting" / "ten.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(WORKLOAD)


def perfadvisor(*words: str) -> int:
    return exit_code_of(lambda: group.main(list(words), standalone_mode=False))


def run(environments: Sequence[str]) -> int:
    given = [word for environment in environments for word in ("--env", environment)]
    return perfadvisor("run", "counting/ten", "--workloads", "own", "--out", "run", "--repeats", "2", *given)


@pytest.mark.timeout(120)
def test_a_trial_runs_with_both(tmp_path: Path) -> None:
    assert run(["local", "field:north,crop=wheat"]) == 0
    found = bundle.load(tmp_path / "run")
    assert [result.state for result in found.results] == [TrialState.DONE] * 4
    assert {sample.value for result in found.results for sample in result.output.samples} == {10.0}
    assert found.versions["count"], "seq --version was asked"
    commands = {result.trial.environment: result.command for result in found.results}
    assert commands["field:north,crop=wheat"] == ("env", "CROP=wheat", "seq", "10")
    assert found.environments[1].spec.kind == "field"


def test_their_tables_answer_for_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["field:corp=wheat"]) == 2
    assert "did you mean crop?" in capsys.readouterr().err
    assert perfadvisor("environments", "show", "field") == 0
    assert "crop=wheat" in capsys.readouterr().out
    assert perfadvisor("doctor") == 0
    said = capsys.readouterr().out
    assert "counting" in said and "--env field[:PLOT][,OPTION=VALUE]..." in said


def test_what_a_kind_of_machine_forgot_is_named() -> None:
    class Forgetful(Target):
        pass

    with pytest.raises(TypeError, match=r"close.*run.*serve.*tree"):
        Forgetful()  # type: ignore[abstract]
    assert Field.link is Target.link, "what has a default is inherited"


FORGETFUL = """
from perfadvisor.targets.base import Target
from perfadvisor.tools.catalogue import Tool
from perfadvisor.tools import defaults

class Forgetful(Target):
    def close(self) -> None: ...

Forgetful()
TOOL: Tool = defaults
"""


@pytest.mark.slow
def test_a_type_checker_refuses_what_lacks_something() -> None:
    api = pytest.importorskip("mypy.api")
    said, _, code = api.run(["--strict", "--cache-dir", str(ROOT / ".mypy_cache"), "-c", FORGETFUL])
    assert code == 1
    assert 'abstract class "Forgetful" with abstract attributes "run", "serve", "spec"' in said
    assert 'expression has type Module, variable has type "Tool"' in said
