"""Copies of runs, snapshots and saved outputs that can be shared: redacted together, so that they agree."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TypeVar, cast

from perfadvisor.bundle import reading
from perfadvisor.bundle.durable import write_file, write_folder
from perfadvisor.bundle.schema import RUN_FILE, TRIAL_FILE, RunFile, TrialFile
from perfadvisor.errors import InputError
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.redacting.files import redacted_file
from perfadvisor.redacting.kinds import counted
from perfadvisor.redacting.learning import Learner, learned
from perfadvisor.redacting.redactor import Redactor
from perfadvisor.redacting.values import redacted
from perfadvisor.saved.given import SavedInput, given
from perfadvisor.saved.snapshot_file import load_snapshot, save_snapshot
from perfadvisor.targets.here.secrets import in_arguments

T = TypeVar("T")
WHEN = ("before", "after")


@dataclass(frozen=True, kw_only=True, slots=True)
class RedactedCopies:
    """Where the copies lie, in the order of what they are of, what each of those is called there, and how many
    values of each kind were replaced."""

    paths: tuple[Path, ...]
    names: tuple[str, ...]
    counts: Mapping[str, int]


@contextmanager
def redacted_copies(paths: Sequence[Path]) -> Iterator[RedactedCopies]:
    """Copies that exist as long as the context does; of runs without the raw output of the tools. InputError where a
    path cannot be read."""
    inputs = [(path, None if reading.is_run(path) else given(path)) for path in paths]
    learner = Learner()
    for path, found in inputs:
        learner.text(str(path))
        learn_run(path, learner, raw=False) if found is None else _learn_input(found, learner)
    by = learner.redactor()
    with tempfile.TemporaryDirectory(prefix="perfadvisor-redacted-") as place:
        copies: list[Path] = []
        for number, (path, found) in enumerate(inputs):
            folder = Path(place) / str(number)
            folder.mkdir()
            copies += [_copy_run(path, folder, by)] if found is None else _copies_of(path, found, folder, by)
        yield RedactedCopies(paths=tuple(copies), names=tuple(by.text(path.name) for path in paths), counts=by.counts)


def redacted_run(path: Path, to: Path) -> Mapping[str, int]:
    """A copy of a run's directory with all that it holds, and how many values of each kind were replaced. InputError
    where it is not a run."""
    learner = Learner()
    learn_run(path, learner, raw=True)
    by = learner.redactor()
    write_run(path, to, by, raw=True)
    return by.counts


def redacted_archive(path: Path, to: Path) -> Mapping[str, int]:
    """The same for a snapshot, or another copy of one machine's files, as an archive. InputError where it is none."""
    found = given(path)
    if len(found.machines) != 1:
        raise InputError(f"{path}: neither a run nor one machine's files", "perfadvisor report PATH --redact")
    by = learned(found.machines)
    shown = redacted_snapshot(found.machines[0], by)
    save_snapshot(shown, to)
    return shown.redacted


def learn_run(path: Path, learner: Learner, *, raw: bool) -> None:
    """Every file of a run; `raw` also what the tools printed and the counters."""
    header = _header(path)
    learner.value(header)
    learner.name(header.host.get("name", ""))
    learner.machine(header.host.get("machine", ""))
    for folder in reading.trial_folders(path):
        learner.value(_trial(folder))
        if raw:
            learner.evidence(reading.evidence(path, int(folder.name)))
    for snapshot in _snapshots(path, header).values():
        learner.value(snapshot)


def _learn_input(found: SavedInput, learner: Learner) -> None:
    for snapshot in found.machines:
        learner.value(snapshot)
    for name, data in found.files:
        learner.text(name)
        learner.data(data)


def _header(path: Path) -> RunFile:
    found = reading.read_header(path)
    return replace(found, argv=tuple(in_arguments(list(found.argv))))


def _trial(folder: Path) -> TrialFile:
    file = folder / "trial.json"
    found = TRIAL_FILE.decode(reading.read_file(file), file)
    return replace(found, command=tuple(in_arguments(list(found.command))))


def _snapshots(path: Path, header: RunFile) -> dict[tuple[str, str], Snapshot]:
    files = {
        (one.name, when): reading.snapshot_file(path, one.name, when) for one in header.environments for when in WHEN
    }
    return {place: load_snapshot(file) for place, file in files.items() if file.exists()}


def _copy_run(path: Path, folder: Path, by: Redactor) -> Path:
    to = folder / by.text(path.resolve().name)
    write_run(path, to, by, raw=False)
    return to


def write_run(path: Path, to: Path, by: Redactor, *, raw: bool) -> None:
    """The run's directory once more, redacted. Its seal is left out, so it cannot be resumed."""
    header = _header(path)
    for name in ("trials", "snapshots"):
        (to / name).mkdir(mode=0o700, parents=True)
    to.chmod(0o700)
    for folder in reading.trial_folders(path):
        files = {"trial.json": TRIAL_FILE.encode(_of(_trial(folder), by))}
        if raw:
            files |= _of(reading.evidence(path, int(folder.name)), by).files()
        write_folder(to / "trials" / folder.name, files)
    for (name, when), snapshot in _snapshots(path, header).items():
        save_snapshot(redacted_snapshot(snapshot, by), reading.snapshot_file(to, by.text(name), when))
    host = {key: by.name(text) if key == "name" else by.text(text) for key, text in header.host.items()}
    shown = replace(_of(header, by), host=host, seal="")
    write_file(to / "run.json", RUN_FILE.encode(replace(shown, notes=(*shown.notes, said(by.counts)))))


def said(counts: Mapping[str, int]) -> str:
    """The sentence that a redacted run carries."""
    return f"redacted: {counted(counts)} replaced"


def _of(value: T, by: Redactor) -> T:
    return cast(T, redacted(value, by))


def _copies_of(path: Path, found: SavedInput, folder: Path, by: Redactor) -> list[Path]:
    copies = []
    for snapshot in found.machines:
        name = by.text(path.resolve().name if len(found.machines) == 1 else _file_name(snapshot.environment))
        file = folder / (name if name.endswith((".tar.gz", ".tgz")) else f"{name}.tar.gz")
        save_snapshot(redacted_snapshot(snapshot, by), file)
        copies.append(file)
    for name, data in found.files:
        file = _free(folder, by.text(_file_name(name)))
        file.write_bytes(redacted_file(data, by))
        copies.append(file)
    return copies


def redacted_snapshot(snapshot: Snapshot, by: Redactor) -> Snapshot:
    """The snapshot redacted, with the number of values of each kind that were replaced."""
    shown = _of(snapshot, by)
    return replace(shown, redacted=by.counts)


def _free(folder: Path, name: str) -> Path:
    """A file of this name that is not there yet: files of two directories may be named alike."""
    return next(
        file for number in count(1) if not (file := folder / (f"{number}-{name}" if number > 1 else name)).exists()
    )


def _file_name(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2]
