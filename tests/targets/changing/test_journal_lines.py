"""The lines of a journal: what stands in it after each step, and what is read of it."""

import errno
import fcntl
import json
import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from perfadvisor.targets.changing import journal
from perfadvisor.targets.changing.journal import Story, append, read, restore, restore_one
from perfadvisor.targets.changing.undo import boot_id, file_made, undone_by


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state/perfadvisor/journals"


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def files(folder: Path, count: int) -> list[Path]:
    made = [folder / f"made{number}" for number in range(count)]
    for path in made:
        path.write_text("x")
    return made


def test_every_step_is_a_line_in_the_journal_and_in_its_copy(tmp_path) -> None:
    (one, two) = files(tmp_path, 2)
    copy = tmp_path / "copy.jsonl"
    with journal.begin(copy) as book:
        assert book.last == 0
        assert [book.record(file_made(one)), book.record(file_made(two))] == [1, 2]
        assert book.last == 2
        book.correct(2, file_made(tmp_path / "made3"))
        book.put_back(1)
        here = {"boot": boot_id()}
        assert (
            lines(copy)
            == lines(book.path)
            == [
                {"owner": journal.owner_of_this_process()},
                {"n": 1, **here, **file_made(one)},
                {"n": 2, **here, **file_made(two)},
                {"n": 2, **here, **file_made(tmp_path / "made3")},
                {"n": 1, "undone": True},
            ]
        )
        assert (one.exists(), two.exists()) == (False, True)
    assert lines(copy)[-1] == {"n": 2, "undone": True}


def test_leaving_the_block_puts_back_and_ends_the_journal(tmp_path, state) -> None:
    (made,) = files(tmp_path, 1)
    with pytest.raises(ZeroDivisionError), journal.begin() as book:
        book.record(file_made(made))
        assert 1 / 0
    assert not made.exists()
    assert list(state.glob("*")) == []
    assert book.close() == ()


def test_only_what_came_later_is_put_back(tmp_path) -> None:
    one, two, three = files(tmp_path, 3)
    with journal.begin() as book:
        book.record(file_made(one))
        last = book.last
        book.record(file_made(two))
        book.record(file_made(three))
        book.put_back_after(last)
        assert [path.exists() for path in (one, two, three)] == [True, False, False]
        book.put_back_after(last)
        assert one.exists()


def test_later_changes_are_put_back_first(tmp_path) -> None:
    log = tmp_path / "log"
    with journal.begin() as book:
        for number in (1, 2, 3):
            book.record(undone_by(("sh", "-c", f"echo {number} >> {log}"), "x"))
        book.put_back_after(1)
        assert log.read_text() == "3\n2\n"


def test_two_journals_of_one_command_have_names_of_their_own(state) -> None:
    with journal.begin() as one, journal.begin() as two:
        assert one.path != two.path
        assert {path.parent for path in (one.path, two.path)} == {state}
        assert f"-{os.getpid()}-" in one.path.name


def test_a_story_is_what_is_still_open_and_the_next_number(tmp_path) -> None:
    path = tmp_path / "j"
    assert read_of(path, b"") == Story(owner={}, open={}, next=1)
    text = b'{"owner": {"pid": 1}}\n{"n": 4, "what": "file", "path": "a"}\n{"n": 5, "what": "file", "path": "b"}\n'
    found = read_of(path, text + b'{"n": 4, "undone": true}\nnonsense\n[1]\n{"owner": 3}\n{"n": "6"}\n{"n": 7')
    assert found.owner == {"pid": 1}
    assert found.open == {5: {"n": 5, "what": "file", "path": "b"}}
    assert found.next == 6
    assert read_of(path, text + b'{"n": 9, "undone": true}\n').next == 10


def read_of(path: Path, text: bytes) -> Story:
    path.write_bytes(text)
    return read(path)


def test_a_line_is_added_behind_the_last_whole_one(tmp_path) -> None:
    path = tmp_path / "j"
    path.write_bytes(b'{"a": 1}\n{"b": ')
    append(path, {"c": 2})
    assert path.read_bytes() == b'{"a": 1}\n{"c": 2}\n'
    assert path.stat().st_mode & 0o777 == 0o644 or path.stat().st_mode & 0o077 == 0
    append(tmp_path / "new", {"n": 1})
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600


def a_left_journal(state: Path, *changes: dict, owner: dict | None = None) -> Path:
    state.mkdir(mode=0o700, parents=True)
    path = state / "left.jsonl"
    for record in ({"owner": owner or {"pid": 1, "started": "0", "boot": "x"}}, *changes):
        append(path, record)
    return path


def test_what_was_undone_is_written_down_beside_what_could_not_be(tmp_path, state) -> None:
    (made,) = files(tmp_path, 1)
    stays = undone_by(("false",), "stays")
    path = a_left_journal(state, {"n": 1, **file_made(made)}, {"n": 2, **stays})
    done, failed = restore_one(path)
    assert done == [f"file {made}"]
    assert len(failed) == 1 and "false" in failed[0]
    assert lines(path)[-1] == {"n": 1, "undone": True}
    assert list(read(path).open) == [2]
    made.write_text("made again by somebody else")
    assert restore_one(path)[0] == []
    assert made.exists(), "undone once is not undone again"


def test_restore_names_what_it_did_and_removes_the_journal(tmp_path, state) -> None:
    (made,) = files(tmp_path, 1)
    path = a_left_journal(state, {"n": 1, **file_made(made)})
    assert restore() == ((f"file {made}",), ())
    assert not path.exists()
    assert restore() == ((), ())


def test_the_journal_of_a_living_command_is_left_alone(tmp_path, state) -> None:
    (made,) = files(tmp_path, 1)
    path = a_left_journal(state, {"n": 1, **file_made(made)}, owner=journal.owner_of_this_process())
    assert restore() == ((), ())
    assert made.exists() and path.exists()


@pytest.mark.parametrize("change", [{"pid": 1}, {"started": "1"}, {"started": ""}, {"boot": "x"}, {"pid": "1"}])
def test_an_owner_is_its_number_its_start_and_its_boot(change) -> None:
    me = journal.owner_of_this_process()
    assert journal.is_alive(me)
    assert not journal.is_alive({**me, **change})


def test_a_dead_child_that_nobody_reaped_is_dead() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert journal._start_time(child) == ""
    os.waitpid(child, 0)
    assert journal._start_time(child) == ""


def test_restoring_waits_for_whoever_is_at_it(tmp_path, state) -> None:
    (made,) = files(tmp_path, 1)
    path = a_left_journal(state, {"n": 1, **file_made(made)})
    holder = os.open(path, os.O_RDWR)
    fcntl.flock(holder, fcntl.LOCK_EX)
    ended: list[float] = []
    thread = threading.Thread(target=lambda: (restore_one(path), ended.append(time.monotonic())))
    thread.start()
    time.sleep(0.3)
    assert made.exists() and not ended
    let_go = time.monotonic()
    os.close(holder)
    thread.join(10)
    assert ended and ended[0] >= let_go
    assert not made.exists()


def test_a_lock_that_is_never_given_up_holds_nobody_for_ever(tmp_path, state, monkeypatch) -> None:
    (made,) = files(tmp_path, 1)
    path = a_left_journal(state, {"n": 1, **file_made(made)})
    holder = os.open(path, os.O_RDWR)
    fcntl.flock(holder, fcntl.LOCK_EX)
    monkeypatch.setattr(journal, "GUARDIAN_AT_WORK_S", 0.2)
    restore_one(path)
    assert not made.exists()
    os.close(holder)


def test_a_journal_is_locked_while_its_command_lives(state) -> None:
    with journal.begin() as book:
        other = os.open(book.path, os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(other)


def test_the_start_of_a_process_is_field_22() -> None:
    """proc_pid_stat(5): (22) starttime; the name in parentheses may hold blanks."""
    fields = Path(f"/proc/{os.getpid()}/stat").read_text().rpartition(")")[2].split()
    assert journal._start_time(os.getpid()) == fields[22 - 3]
    assert journal._start_time(2**22 + 1) == ""


def test_what_was_undone_is_not_called_left_where_the_run_was_removed_meanwhile(tmp_path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    made = files(tmp_path, 2)
    book = journal.begin(run / "journal.jsonl")
    for path in made:
        book.record(file_made(path))
    shutil.rmtree(run)
    assert book.close() == ()
    assert not any(path.exists() for path in made) and not book.path.exists()


def test_what_was_undone_is_not_called_left_where_its_line_cannot_be_written(tmp_path, state, monkeypatch) -> None:
    (made,) = files(tmp_path, 1)
    state.mkdir(parents=True)
    append(state / "dead.jsonl", {"n": 1, "boot": boot_id(), **file_made(made)})

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(journal.os, "pwrite", full)
    done, failed = restore_one(state / "dead.jsonl")
    assert (len(done), failed, made.exists()) == (1, [], False)
