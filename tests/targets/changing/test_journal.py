"""What is changed on a machine is written down first and put back, whoever dies when."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing import journal, undo
from perfadvisor.targets.changing.undo import file_made, setting_changed, undone_by


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state/perfadvisor/journals"


def journals(state: Path) -> list[Path]:
    return sorted(state.glob("*.jsonl"))


def wait_until(condition, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(0.01)
    return bool(condition())


def test_everything_is_put_back_newest_first_and_the_journal_goes(tmp_path, state) -> None:
    made, setting = tmp_path / "made", tmp_path / "setting"
    setting.write_text("first")
    book = journal.begin(tmp_path / "copy.jsonl")
    book.record(setting_changed(setting, "first"))
    setting.write_text("second")
    book.record(setting_changed(setting, "second"))
    setting.write_text("third")
    book.record(file_made(made))
    made.write_text("data")
    assert len(journals(state)) == 1
    assert book.close() == ()
    assert (made.exists(), setting.read_text(), journals(state)) == (False, "first", [])
    assert len((tmp_path / "copy.jsonl").read_text().splitlines()) == 7


def test_one_change_can_be_put_back_early(tmp_path) -> None:
    made = tmp_path / "made"
    with journal.begin() as book:
        number = book.record(file_made(made))
        made.write_text("1")
        book.put_back(number)
        assert not made.exists()
        made.write_text("somebody else's now")
    assert made.exists()


def test_what_cannot_be_put_back_is_said_and_stays_listed(tmp_path, state) -> None:
    made = tmp_path / "made"
    made.write_text("x")
    book = journal.begin()
    book.record(file_made(made))
    book.record(undone_by(("false",), "a thing"))
    book.record(undone_by(("no-such-tool",), "another"))
    failed = book.close()
    assert not made.exists(), "one failure does not keep the rest from being put back"
    assert [("false" in words, "no-such-tool" in words) for words in failed] == [(False, True), (True, False)]
    assert len(journals(state)) == 1


def test_commands_undo(tmp_path) -> None:
    (tmp_path / "x").write_text("")
    book = journal.begin()
    book.record(undone_by(("rm", str(tmp_path / "x")), "x"))
    assert book.close() == ()
    assert not (tmp_path / "x").exists()


DIES = """
import os, sys, time
from pathlib import Path
from perfadvisor.targets.changing import journal
from perfadvisor.targets.changing.undo import file_made, setting_changed
made, setting = Path(sys.argv[1]), Path(sys.argv[2])
book = journal.begin()
book.record(file_made(made)); made.write_text("x")
book.record(setting_changed(setting, "before")); setting.write_text("during")
print("ready", flush=True)
time.sleep(60)
"""


def kill_in_the_middle(tmp_path, *, guardian_too: bool) -> tuple[Path, Path]:
    made, setting = tmp_path / "made", tmp_path / "setting"
    setting.write_text("before")
    victim = subprocess.Popen([sys.executable, "-c", DIES, str(made), str(setting)], stdout=subprocess.PIPE)
    assert victim.stdout.readline() == b"ready\n"
    assert (made.exists(), setting.read_text()) == (True, "during")
    if guardian_too:
        children = Path(f"/proc/{victim.pid}/task/{victim.pid}/children").read_text().split()
        assert len(children) == 1
        os.kill(int(children[0]), signal.SIGKILL)
    victim.kill()
    victim.wait()
    victim.stdout.close()
    return made, setting


def test_the_guardian_puts_back_after_sigkill(tmp_path, state) -> None:
    made, setting = kill_in_the_middle(tmp_path, guardian_too=False)
    assert wait_until(lambda: not journals(state), 2.0)
    assert (made.exists(), setting.read_text()) == (False, "before")


def test_restore_puts_back_where_the_guardian_died_too(tmp_path, state) -> None:
    made, setting = kill_in_the_middle(tmp_path, guardian_too=True)
    time.sleep(0.2)
    assert made.exists()
    done, failed = journal.restore()
    assert (len(done), failed) == (2, ())
    assert (made.exists(), setting.read_text(), journals(state)) == (False, "before", [])
    assert journal.restore() == ((), ())


def test_a_living_command_keeps_what_it_changed(tmp_path, state) -> None:
    made = tmp_path / "made"
    book = journal.begin()
    book.record(file_made(made))
    made.write_text("in use")
    assert journal.restore() == ((), ())
    assert made.exists()
    book.close()


def test_a_process_id_used_again_is_not_the_owner() -> None:
    mine = journal.owner_of_this_process()
    assert journal.is_alive(mine)
    assert not journal.is_alive(mine | {"started": "1"})
    assert not journal.is_alive(mine | {"boot": "another"})
    assert not journal.is_alive({})


def test_settings_of_an_earlier_boot_are_gone_already(tmp_path, monkeypatch) -> None:
    written = []
    monkeypatch.setitem(undo.UNDO, "setting", lambda change: written.append(change["path"]))
    for path in ("/proc/sys/vm/x", "/sys/x", str(tmp_path / "x")):
        undo.put_back({"boot": "an earlier one", **setting_changed(Path(path), "1")})
    undo.put_back(setting_changed(Path("/sys/now"), "1"))
    assert written == [str(tmp_path / "x"), "/sys/now"]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(MeasureError, match="unknown to this perfadvisor"):
        undo.put_back({"what": "format-disk"})


def test_torn_at_every_byte_nothing_whole_is_lost_and_appending_goes_on(tmp_path) -> None:
    file = tmp_path / "j.jsonl"
    for number in (1, 2, 3):
        journal.append(file, {"n": number, **file_made(tmp_path / f"f{number}")})
    whole = file.read_bytes()
    for length in range(len(whole) + 1):
        file.write_bytes(whole[:length])
        complete = whole[:length].count(b"\n")
        assert len(journal.read(file).open) == complete
        journal.append(file, {"n": 9, **file_made(tmp_path / "f9")})
        assert list(journal.read(file).open) == [*range(1, complete + 1), 9]
        assert all(json.loads(line) for line in file.read_bytes().splitlines())


def test_a_full_disk_is_said_and_leaves_no_half_line(tmp_path) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)], check=True)
    try:
        file = disk / "j.jsonl"
        journal.append(file, {"n": 1, **file_made(Path("/a"))})
        with pytest.raises(MeasureError, match="the disk is full"):
            journal.append(file, {"n": 2, **file_made(Path("/b" * 20_000))})
        assert list(journal.read(file).open) == [1]
        assert file.read_bytes().endswith(b"\n")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_home_that_cannot_be_written_is_no_hindrance(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    monkeypatch.setattr(journal.tempfile, "gettempdir", lambda: str(tmp_path))
    assert journal.directory() == tmp_path / f"perfadvisor-{os.getuid()}" / "journals"


def test_a_journal_that_somebody_else_could_have_written_is_not_followed(tmp_path, state) -> None:
    victim, lines = tmp_path / "victim", {"n": 1, "boot": undo.boot_id()}
    victim.write_text("mine")
    planted = journal.directory() / "20260101-000000-1-1.jsonl"
    planted.write_text(json.dumps({**lines, **file_made(victim)}) + "\n")
    planted.chmod(0o666)
    done, failed = journal.restore()
    assert (victim.exists(), done, len(failed)) == (True, (), 1)
    assert "another user" in failed[0]
    planted.chmod(0o600)
    assert journal.restore() == ((f"file {victim}",), ())


def test_another_users_state_directory_is_not_used(tmp_path, monkeypatch) -> None:
    """Root that was given a user's $HOME would run what that user wrote down."""
    theirs = tmp_path / "theirs"
    (theirs / "perfadvisor" / "journals").mkdir(parents=True)
    theirs.chmod(0o777)
    monkeypatch.setenv("XDG_STATE_HOME", str(theirs))
    monkeypatch.setattr(journal.tempfile, "gettempdir", lambda: str(tmp_path))
    assert journal.directory() == tmp_path / f"perfadvisor-{os.getuid()}" / "journals"


def test_an_owner_that_is_no_process_is_dead() -> None:
    assert not journal.is_alive({"boot": undo.boot_id(), "started": "1", "pid": "x"})


def test_what_is_left_as_it_is_now_is_handed_over_oldest_first_and_never_undone(tmp_path, state) -> None:
    files = [tmp_path / name for name in ("b", "a")]
    with journal.begin() as book:
        for file in files:
            file.write_text("was")
            book.record(setting_changed(file, "was"))
            file.write_text("now")
        listed = book.changes
        assert book.leave() == listed
        assert book.changes == ()
    assert [change["path"] for change in listed] == [str(file) for file in files]
    assert [file.read_text() for file in files] == ["now", "now"]
