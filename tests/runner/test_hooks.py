"""Hooks around a trial: in order, bounded in time, written down before, and never taken from a run."""

import fcntl
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.model.workload import Trial
from perfadvisor.runner import hooks
from perfadvisor.runner.progress import Progress
from perfadvisor.runner.session import resume
from perfadvisor.targets.changing import journal
from perfadvisor.targets.changing.journal import Journal
from tests.runner.test_orders import OPTIONS, a_run, saved

TRIAL = Trial(number=3, workload="a/b", environment="local", repeat=1, position=1, runtime_s=1, warmup_s=0)


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def book(_own_state: None) -> Iterator[Journal]:
    with journal.begin() as made:
        yield made


def around(book: Journal, before: str, after: str, notes: list[str], limit_s: float = 60.0) -> hooks.Around:
    return hooks.set_around(hooks.read(before, after, limit_s), book, notes.append)


def told(file: Path, word: str) -> str:
    return f"sh -c 'echo {word} $PERFADVISOR_TRIAL $PERFADVISOR_WORKLOAD >> {file}'"


def test_one_before_and_one_after_with_the_trials_name(tmp_path: Path, book: Journal) -> None:
    file, notes = tmp_path / "log", list[str]()
    with around(book, told(file, "before"), told(file, "after"), notes)(TRIAL):
        file.write_text(file.read_text() + "trial\n")
    assert file.read_text().splitlines() == ["before 3 a/b", "trial", "after 3 a/b"]
    assert notes == []


def test_the_second_one_is_on_disk_before_the_first_one_runs_and_follows_also_an_interrupt(
    tmp_path: Path, book: Journal
) -> None:
    kept = tmp_path / "state" / "perfadvisor" / "journals"
    seen = tmp_path / "seen"
    before = f"sh -c 'cat {kept}/*.jsonl > {seen}'"
    with pytest.raises(KeyboardInterrupt), around(book, before, told(tmp_path / "log", "after"), [])(TRIAL):
        raise KeyboardInterrupt
    records = [json.loads(line) for line in seen.read_text().splitlines()]
    assert records[-1]["what"] == "command" and records[-1]["path"] == "hook after trial 3"
    assert (tmp_path / "log").read_text() == "after 3 a/b\n"


def test_a_command_that_was_killed_leaves_it_to_whoever_restores(tmp_path: Path, book: Journal) -> None:
    hook = hooks.read("", told(tmp_path / "log", "after"), None)
    guard = hooks.set_around(hook, book, print)(TRIAL)
    guard.__enter__()
    story = journal.read(book.path)
    assert not (tmp_path / "log").exists() and len(story.open) == 1
    fcntl.flock(book._lock, fcntl.LOCK_UN)  # as the kernel does for a dead command
    journal.restore_one(book.path)
    assert (tmp_path / "log").read_text() == "after 3 a/b\n"


@pytest.mark.parametrize(("before", "why"), [("false", "exit code 1"), ("no-such-program-here", "not installed")])
def test_a_first_one_that_fails_stops_the_trial_and_the_second_one_runs(
    tmp_path: Path, book: Journal, before: str, why: str
) -> None:
    with pytest.raises(hooks.HookError, match=why), around(book, before, told(tmp_path / "log", "x"), [])(TRIAL):
        raise AssertionError("the trial ran")
    assert (tmp_path / "log").exists()


def test_a_first_one_that_takes_too_long_is_stopped(book: Journal) -> None:
    with pytest.raises(hooks.HookError, match=r"sleep ran over 0\.2 s"), around(book, "sleep 60", "", [], 0.2)(TRIAL):
        raise AssertionError("the trial ran")


def test_a_second_one_that_fails_is_noted(book: Journal) -> None:
    notes: list[str] = []
    with around(book, "", "sh -c 'echo no >&2; exit 4'", notes)(TRIAL):
        pass
    assert len(notes) == 1 and notes[0].startswith("the hook after trial 3: ") and "exit code 4: no" in notes[0]


def test_words_that_cannot_be_split_are_refused() -> None:
    with pytest.raises(InputError, match="--after-trial"):
        hooks.read("", "echo 'open", None)


def test_a_resumed_run_needs_them_typed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIONS, "hooks", True)
    path = saved(tmp_path / "run", a_run())
    with pytest.raises(InputError, match="began with hooks, which are never taken from a run"):
        resume(path, Progress(io.StringIO(), str), lambda _name, _seen: "")
