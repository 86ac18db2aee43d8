"""What may go wrong while fixes are tried: each is reported, and the machine is as before."""

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli import ab
from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing import journal, settings_file, sharing
from perfadvisor.tuning import kept, record, session
from perfadvisor.tuning.model import FixAnswer, TuneState
from tests.tuning.stand_ins import how, load, one_fix, set_to, tune_of


def faster(file: Path, value: str = "5"):
    return load(iops=lambda: 130.0 if set_to(file, value) else 100.0)


def test_a_refused_value_is_not_tried_and_says_why(file, monkeypatch) -> None:
    def refuse(write) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(settings_file, "write", refuse)
    done = session.run(tune_of(one_fix()), how(faster(file)))
    assert done.tried[0].answer is FixAnswer.NOT_TRIED
    assert done.tried[0].reason == f"echo 5 > {file}: Invalid argument"
    assert set_to(file, "1")


def test_a_rounded_value_is_reported_and_the_value_got_is_the_one_kept(file, monkeypatch) -> None:
    real = settings_file.write

    def round_down(write) -> None:
        real(replace(write, to={"number": "4"}) if write.to["number"] == "5" else write)

    monkeypatch.setattr(settings_file, "write", round_down)
    done = session.run(tune_of(one_fix()), how(faster(file, "4")))
    assert done.tried[0].notes == (f"{file}: number was set to 5, and the driver made it 4",)
    assert (done.state, done.tried[0].fix.wanted[0].to["number"], set_to(file, "4")) == (TuneState.KEPT, "4", True)
    list(kept.roll_back([]))
    assert set_to(file, "1")


def test_a_value_that_is_ignored_is_not_tried(file, monkeypatch) -> None:
    monkeypatch.setattr(settings_file, "write", lambda write: None)
    done = session.run(tune_of(one_fix()), how(faster(file)))
    assert (done.tried[0].answer, "nothing changed" in done.tried[0].reason) == (FixAnswer.NOT_TRIED, True)


def test_a_device_that_went_between_plan_and_write_is_not_tried(file) -> None:
    wanted = one_fix()
    file.unlink()
    done = session.run(tune_of(wanted), how(faster(file)))
    assert done.tried[0].answer is FixAnswer.NOT_TRIED
    assert "not read" in done.tried[0].reason
    assert not file.exists(), "a setting is never created"


def test_a_device_that_went_while_it_is_measured_is_not_tried(file) -> None:
    def gone() -> float:
        if set_to(file):
            file.unlink()
        return 100.0

    done = session.run(tune_of(one_fix()), how(load(iops=gone)))
    assert (done.tried[0].answer, "another program changed it" in done.tried[0].reason) == (FixAnswer.NOT_TRIED, True)
    assert not file.exists()


def test_another_program_that_changes_it_back_is_reported_and_not_fought(file) -> None:
    def disturbed() -> float:
        file.write_text("7\n")
        return 100.0

    done = session.run(tune_of(one_fix()), how(load(iops=disturbed)))
    assert done.tried[0].answer is FixAnswer.NOT_TRIED
    assert "number was 5 and is 7 after the run: another program changed it" in done.tried[0].reason
    assert set_to(file, "7")


def test_a_full_disk_while_journalling_changes_nothing(file, monkeypatch) -> None:
    real, written = journal.append, []

    def full(path, record) -> None:
        if "n" in record:
            raise MeasureError(f"{path}: could not write down a change: the disk is full")
        real(path, record)

    monkeypatch.setattr(journal, "append", full)
    monkeypatch.setattr(settings_file, "write", written.append)
    done = session.run(tune_of(one_fix()), how(faster(file)))
    assert (done.tried[0].answer, written) == (FixAnswer.NOT_TRIED, [])
    assert "the disk is full" in done.tried[0].reason


def test_a_disk_that_is_full_when_the_result_is_recorded_leaves_nothing_in_force(file, monkeypatch) -> None:
    real = record.save

    def full(tune) -> None:
        if tune.state is TuneState.KEPT:
            raise MeasureError("the record: No space left on device")
        real(tune)

    monkeypatch.setattr(record, "save", full)
    with pytest.raises(MeasureError, match="No space left"):
        session.run(tune_of(one_fix()), how(faster(file)))
    assert set_to(file, "1")


def test_a_record_on_a_full_disk_keeps_the_old_one(monkeypatch) -> None:
    old = tune_of(())
    record.save(old)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MeasureError, match="No space left"):
        record.save(replace(old, host="other"))
    assert [one.host for one in record.load_all()] == ["h"]
    assert [path.name for path in record.directory().iterdir()] == ["t.json"]


def test_the_journal_is_on_disk_before_anything_is_written(file, monkeypatch) -> None:
    """A machine that hangs in the write itself is restored after its restart, or by it."""
    real, seen = settings_file.write, []

    def look(write) -> None:
        lines = [line for path in journal.directory().glob("*.jsonl") for line in path.read_text().splitlines()]
        changes = [json.loads(line) for line in lines]
        seen.append(any(one.get("path") == str(file) and one["was"] == {"number": "1"} for one in changes))
        real(write)

    monkeypatch.setattr(settings_file, "write", look)
    session.run(tune_of(one_fix()), how(faster(file), pairs=5))
    assert seen and all(seen)


def test_two_tunes_at_once_are_refused(monkeypatch, tmp_path) -> None:
    if os.geteuid() != 0:
        pytest.skip("the lock's place is root's")
    with record.alone():
        monkeypatch.setattr(sharing, "_claimed", {})  # as another process would see it
        with pytest.raises(MeasureError, match="another perfadvisor tune or ab --set runs"), record.alone():
            pass


def test_ab_with_a_setting_is_refused_beside_a_tune(file, monkeypatch) -> None:
    if os.geteuid() != 0:
        pytest.skip("the lock's place is root's")
    with record.alone():
        monkeypatch.setattr(sharing, "_claimed", {})
        done = CliRunner().invoke(ab.command, ["--set", "test.number=5", "--yes", "--cmd", "true"])
    assert isinstance(done.exception, MeasureError), done.output
    assert "another perfadvisor tune or ab --set runs" in done.exception.message
    assert set_to(file, "1")


def test_what_no_workload_shows_is_not_tried(file) -> None:
    done = session.run(tune_of(one_fix()), how(faster(file), refusal="no workload of ours shows it; use --cmd"))
    assert (done.tried[0].answer, done.tried[0].reason) == (
        FixAnswer.NOT_TRIED,
        "no workload of ours shows it; use --cmd",
    )


def test_records_that_others_could_have_written_are_not_obeyed(file, tmp_path) -> None:
    """They hold commands, and what `rollback` and `--resume` write."""
    record.save(tune_of(one_fix()))
    record.directory().chmod(0o777)
    with pytest.raises(MeasureError, match="no private place"):
        record.unfinished()
