"""`gate run --reboot` and `gate boots` as typed: what is said, and that nothing restarts unless told to."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from perfadvisor.cli.gate import command
from perfadvisor.errors import InputError
from perfadvisor.gating.boots import going, state_file, unit

BENCH = "sh -c 'printf \"workload,metric,unit,better,value\\nw,m,s,lower,1\\n\" > $PERFADVISOR_CSV'"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(unit, "SYSTEMD", tmp_path / "none")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "boots.json"


def gate(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments], prog_name="gate")


def begin(state: Path, *more: str) -> Result:
    sides = ("--a", "touch chosen-a", "--b", "touch chosen-b", "--restart", "touch restarted", "--settle", "0s")
    return gate("run", "--reboot", "--cmd", BENCH, *sides, "--state", state, *more)


def test_without_yes_it_only_says_what_it_would_do(state: Path) -> None:
    done = begin(state)
    assert done.exit_code == 0, done.output
    assert "restarts by:  touch restarted" in done.output
    assert f"to stop it:  perfadvisor gate boots stop --state {state}" in done.output
    assert "nothing was changed: add --yes" in done.output
    assert list(state.parent.iterdir()) == []


def test_begun_it_goes_on_in_the_next_boot_and_can_be_stopped(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert begin(state, "--yes").exit_code == 0
    assert {file.name for file in state.parent.iterdir()} == {"boots.json", "chosen-a", "restarted"}
    again = begin(state, "--yes").exception
    assert isinstance(again, InputError) and "goes on already" in again.message
    early = gate("boots", "resume", "--state", state).exception
    assert isinstance(early, InputError) and "did not come" in early.message
    monkeypatch.setattr(going, "boot_id", lambda: "the next")
    done = gate("boots", "resume", "--state", state)
    assert done.exit_code == 0, done.output
    assert "restarting as touch chosen-b" in done.stderr
    assert Path("chosen-b").exists()
    shown = gate("boots", "show", "--state", state)
    assert "boot 1: touch chosen-a: w/m 1 s" in shown.output
    assert "goes on; to stop it" in shown.output
    assert "no restart follows" in gate("boots", "stop", "--state", state).output
    assert not state.exists()


def test_where_a_command_fails_nothing_is_left(state: Path) -> None:
    failed = gate("run", "--reboot", "--cmd", BENCH, "--a", "false", "--b", "true", "--state", state, "--yes").exception
    assert failed is not None and not state.exists()


def test_a_benchmark_that_fails_ends_it(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(state, "--yes")
    found = state_file.load(state)
    state_file.save(state, replace(found, plan=replace(found.plan, cmd="false")))
    monkeypatch.setattr(going, "boot_id", lambda: "the next")
    Path("restarted").unlink()
    assert gate("boots", "resume", "--state", state).exception is not None
    assert state_file.load(state).ended
    assert not Path("restarted").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--reboot", "--budget", "1m"), "--pairs"),
        (("--runs", "5"), "goes with --reboot only"),
        (("--yes",), "goes with --reboot only"),
    ],
)
def test_options_that_do_not_go_together(words: tuple[str, ...], said: str) -> None:
    done = gate("run", "--cmd", BENCH, "--a", ".", "--b", ".", *words)
    assert (done.exit_code, said in done.output) == (2, True), done.output


def test_a_mistake_is_told_before_anything_restarts(state: Path) -> None:
    for words in (("no/workload",), ("--cmd", "'"), ("--cmd", BENCH, "--a", "'")):
        failed = gate("run", "--reboot", "--a", "true", "--b", "true", "--state", state, "--yes", *words).exception
        assert isinstance(failed, InputError), words
    assert not state.exists()
