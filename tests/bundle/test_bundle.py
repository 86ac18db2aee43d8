"""A run's folder: what goes in comes out, kills and full disks lose nothing finished, damage is named."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.bundle import create, evidence, load, reopen
from perfadvisor.bundle.evidence import Evidence, evidence_of, rows
from perfadvisor.bundle.reading import is_locked
from perfadvisor.bundle.schema import RUN_FILE, TRIAL_FILE, run_schema, trial_schema
from perfadvisor.errors import InputError, MeasureError
from perfadvisor.model.result import Doubt, Trust
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Directory, Symlink, Tree, Unreadable


@pytest.fixture
def folder(tmp_path, run, result) -> Path:
    """A run with two of its three trials, closed."""
    bundle = create(tmp_path / "run", run)
    for number in (1, 2):
        bundle.append(result(number), Evidence(stdout=b"out", stderr=b"err", gauges=({"t": 0.5},)))
    bundle.close()
    return tmp_path / "run"


def test_what_goes_in_comes_out(folder, run, result) -> None:
    found = load(folder)
    assert found == replace(run, results=(result(1), result(2)), state="interrupted")
    left = evidence(folder, 2)
    assert (left.stdout, left.stderr, left.gauges) == (b"out", b"err", ({"t": 0.5},))


def test_types_survive_exactly(folder) -> None:
    details = load(folder).results[0].output.details
    assert [type(value) for value in details.values()] == [bool, int, float, str]


def test_a_new_run_is_whole_before_its_first_trial(tmp_path, run) -> None:
    create(tmp_path / "deep" / "er", run, {"dir": "/x"}).close()
    assert load(tmp_path / "deep" / "er").results == ()
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["er"]


def test_state_and_notes_last(folder) -> None:
    bundle = reopen(folder)
    assert bundle.finished() == {1, 2}
    bundle.note("one", "two", "one")
    bundle.note("two")
    bundle.set_state("complete")
    bundle.close()
    assert (load(folder).state, load(folder).notes) == ("complete", ("one", "two"))


def test_the_file_itself_tells_its_trust_and_reading_judges_anew(tmp_path, run, result) -> None:
    bundle = create(tmp_path / "run", run)
    bundle.append(result(1), Evidence(), (Doubt(trust=Trust.INVALID, reason="page cache", evidence="0 of 5"),))
    bundle.close()
    written = json.loads((tmp_path / "run/trials/0001/trial.json").read_text())
    assert (written["trust"], written["reasons"]) == ("INVALID", ["page cache: 0 of 5"])
    assert [doubt.reason for doubt in load(tmp_path / "run").results[0].doubts] == ["the path changed"]


def test_snapshots_of_every_environment(tmp_path, run) -> None:
    odd = replace(run.environments[0], name="docker:a/b")
    bundle = create(tmp_path / "run", replace(run, environments=(odd,), plan=()))
    snapshot = Snapshot(environment="docker:a/b", taken=5.0, tree=Tree({"/proc/x": b"1"}))
    assert not bundle.has_snapshot("docker:a/b", "before")
    bundle.save_snapshot(snapshot, "before")
    assert bundle.has_snapshot("docker:a/b", "before")
    bundle.close()
    found = load(tmp_path / "run")
    assert found.before["docker:a/b"].tree.read("/proc/x") == b"1"
    assert found.after == {}


def test_large_output_is_kept_compressed(tmp_path, run, result) -> None:
    bundle = create(tmp_path / "run", run)
    bundle.append(result(1), Evidence(stdout=b"x" * 2_000_000))
    bundle.close()
    trial = tmp_path / "run/trials/0001"
    assert (trial / "stdout.gz").stat().st_size < 100_000
    assert not (trial / "stdout").exists()
    assert evidence(tmp_path / "run", 1).stdout == b"x" * 2_000_000
    (trial / "stdout.gz").write_bytes(b"\x1f\x8bnonsense")
    with pytest.raises(InputError, match=r"stdout\.gz"):
        evidence(tmp_path / "run", 1)


def test_only_one_command_writes_a_run(folder) -> None:
    bundle = reopen(folder)
    assert is_locked(folder)
    assert load(folder).state == "running"
    with pytest.raises(InputError, match="another perfadvisor is writing"):
        reopen(folder)
    bundle.close()
    assert not is_locked(folder)


def test_a_folder_in_use_is_refused(folder, tmp_path, run) -> None:
    with pytest.raises(InputError, match="not empty") as caught:
        create(folder, run)
    assert f"--resume {folder}" in caught.value.hint
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="not a directory"):
        create(tmp_path / "file", run)
    (tmp_path / "empty").mkdir()
    create(tmp_path / "empty", run).close()


def test_what_a_killed_writer_left_is_no_trial_and_goes_away(folder) -> None:
    half = folder / "trials" / ".unfinished-x"
    half.mkdir()
    (half / "trial.json").write_text("{")
    (folder / ".unfinished-run").write_text("{")
    assert len(load(folder).results) == 2
    reopen(folder).close()
    assert not half.exists()
    assert not (folder / ".unfinished-run").exists()


@pytest.mark.parametrize(("name", "form"), [("run.json", RUN_FILE), ("trials/0001/trial.json", TRIAL_FILE)])
def test_a_file_cut_off_anywhere_is_named(folder, name, form) -> None:
    file = folder / name
    whole = file.read_bytes()
    for length in range(len(whole) - 2):  # the last two bytes are the closing brace and a newline
        with pytest.raises(InputError, match=name.replace(".", r"\.")):
            form.decode(whole[:length], file)
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        load(folder)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("run.json", {"schema_version": 2}, "schema_version is 2"),
        ("run.json", {"schema_version": "1"}, "schema_version is '1'"),
        ("run.json", {"seed": "7"}, "seed: Input should be a valid integer"),
        ("run.json", {"state": "done"}, "state: Input should be"),
        ("run.json", {"workloads": {}}, "trial 1 names an unknown workload"),
        ("run.json", {"environments": []}, "trial 1 names an unknown workload or environment"),
        ("trials/0002/trial.json", {"duration_s": None}, "duration_s"),
        ("trials/0002/trial.json", {"output": {"samples": [{"metric": 1}]}}, r"output\.samples\.0\.metric"),
        ("trials/0002/trial.json", {"state": "finished"}, "state"),
        ("trials/0002/trial.json", {"schema_version": 99}, "schema_version is 99"),
    ],
)
def test_a_changed_file_is_named_with_the_place(folder, name, change, said) -> None:
    file = folder / name
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(InputError, match=said) as caught:
        load(folder)
    assert name in caught.value.message
    assert caught.value.hint or "names an unknown" in said


def test_what_contradicts_itself_is_named(folder) -> None:
    whole = json.loads((folder / "run.json").read_text())
    (name, workload), *others = whole["workloads"].items()
    twice = whole["plan"] + whole["plan"][:1]
    for change, said in (
        ({"workloads": {name: workload | {"id": name + "\u202e"}, **dict(others)}}, r"is the workload '.*\\u202e'"),
        ({"environments": whole["environments"] * 2}, "two environments are named"),
        ({"plan": twice}, "two trials have the number 1"),
    ):
        (folder / "run.json").write_text(json.dumps(whole | change))
        with pytest.raises(InputError, match=said):
            load(folder)


def test_a_trial_under_a_number_that_is_not_its_own(folder) -> None:
    (folder / "trials/0001").rename(folder / "trials/0003")
    with pytest.raises(InputError, match=r"not the trial that run\.json planned"):
        load(folder)


def test_what_is_no_run_says_so(tmp_path) -> None:
    with pytest.raises(InputError, match="not a perfadvisor run"):
        load(tmp_path)
    (tmp_path / "run.json").write_text("[1]")
    with pytest.raises(InputError, match="schema_version"):
        load(tmp_path)
    (tmp_path / "run.json").write_text("[" * 100_000)
    with pytest.raises(InputError, match=r"run\.json"):
        load(tmp_path)


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read_or_refused(data) -> None:
    for form in (RUN_FILE, TRIAL_FILE):
        with pytest.raises(InputError):
            form.decode(data, Path("file"))


ENTRIES = st.one_of(
    st.binary(max_size=20),
    st.just(Directory()),
    st.builds(Symlink, st.text(max_size=9)),
    st.builds(Unreadable, st.text(max_size=9)),
)


@given(st.dictionaries(st.text(max_size=9).map("/x/".__add__), ENTRIES, max_size=4), st.binary(max_size=9))
@settings(max_examples=100, deadline=None)
def test_evidence_comes_out_as_it_went_in(entries, output) -> None:
    kept = Evidence(stdout=output, before=Tree(entries), gauges=({"t": 1.5, "n": 3},))
    found = evidence_of(kept.files())
    assert list(found.before.items()) == list(kept.before.items())
    assert (found.stdout, found.gauges) == (output, kept.gauges)


def test_rows_torn_at_every_byte() -> None:
    whole = b'{"t": 1}\n{"t": 2}\n{"t": 3}\n'
    for length in range(len(whole) + 1):
        assert len(rows(whole[:length])) == whole[:length].count(b"\n")
    assert rows(b'{"t": 1}\n[2]\n{"t": 3}\n') == [{"t": 1}]


def test_the_published_schemas_describe_what_is_written(folder) -> None:
    jsonschema.validate(json.loads((folder / "run.json").read_text()), run_schema())
    written = json.loads((folder / "trials/0001/trial.json").read_text())
    jsonschema.validate(written, trial_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(written | {"duration_s": "long"}, trial_schema())


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 1 MiB, filled up but for a little."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_one_clear_error_and_loses_nothing_finished(small_disk, run, result) -> None:
    bundle = create(small_disk / "run", run)
    bundle.append(result(1), Evidence(stdout=b"kept"))
    with pytest.raises(MeasureError, match=r"trial 0002: the disk is full") as caught:
        bundle.append(result(2), Evidence(stdout=os.urandom(2_000_000)))
    assert "1 finished trials are safe" in caught.value.hint
    assert f"--resume {small_disk}/run" in caught.value.hint
    bundle.close()
    assert [found.trial.number for found in load(small_disk / "run").results] == [1]
    assert [path.name for path in (small_disk / "run/trials").iterdir()] == ["0001"], "the room is given back"
    (small_disk / "fill").write_bytes(bytes(shutil.disk_usage(small_disk).free))
    with pytest.raises(MeasureError, match="the disk is full"):
        create(small_disk / "other", run)
    assert not (small_disk / "other").exists()


def test_a_full_disk_keeps_the_old_header(small_disk, run) -> None:
    bundle = create(small_disk / "run", run)
    (small_disk / "fill").write_bytes(bytes(shutil.disk_usage(small_disk).free))
    with pytest.raises(MeasureError, match=r"run\.json: the disk is full"):
        bundle.note("x" * 100_000)
    bundle.close()
    assert load(small_disk / "run").notes == ()


def test_importing_the_package_is_cheap() -> None:
    code = "import sys, perfadvisor.bundle; print('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_a_run_is_private_from_its_first_moment(tmp_path, run, result) -> None:
    before = os.umask(0o022)
    try:
        saved = create(tmp_path / "run", run)
        saved.append(result(), Evidence(stdout=b"x" * (1 << 20)))
        saved.close()
    finally:
        os.umask(before)
    assert [path for path in tmp_path.rglob("*") if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("trial_count", [30])
def test_keeping_a_trial_does_not_look_at_those_before_it(tmp_path, run, result, monkeypatch) -> None:
    looks: list[Path] = []
    monkeypatch.setattr("perfadvisor.bundle.folder.trial_folders", lambda path: looks.append(path) or ())
    saved = create(tmp_path / "run", run)
    for number in range(1, 31):
        saved.append(result(number), Evidence())
    saved.close()
    assert looks == []
