"""Read a run's directory, ours or a colleague's, and trust nothing in it."""

import fcntl
import gzip
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from perfadvisor.analyse.ceilings import rating
from perfadvisor.bundle.evidence import Evidence, evidence_of
from perfadvisor.bundle.schema import RUN_FILE, TRIAL_FILE, RunFile, trial_result
from perfadvisor.errors import InputError
from perfadvisor.model.result import TrialResult
from perfadvisor.model.run import Run, RunState
from perfadvisor.model.snapshot import Snapshot

MAX_FILE_BYTES = 256 << 20
_Name = TypeVar("_Name", str, int)
PRECISION = "precision"  # the option of a run that stops itself
RATING = "rating"  # the option that keeps what the user says of the disk
EVIDENCE = ("stdout", "stderr", "counters.json", "gauges.jsonl")


def is_run(path: Path) -> bool:
    """Whether the path is a run's directory."""
    return (path / "run.json").is_file()


def load(path: Path, *, snapshots: bool = True) -> Run:
    """The whole run. InputError, naming the file, for anything missing, cut off or changed."""
    header = read_header(path)
    return Run(
        id=header.id,
        started=header.started,
        seed=header.seed,
        argv=header.argv,
        state=_state(header, path),
        versions=header.versions,
        host=header.host,
        environments=header.environments,
        workloads=header.workloads,
        plan=header.plan,
        results=results(path, header),
        notes=header.notes,
        precision=precision(header),
        rating=_rating(header),
        before=_snapshots(path, header, "before") if snapshots else {},
        after=_snapshots(path, header, "after") if snapshots else {},
    )


def precision(header: RunFile) -> float | None:
    """At which relative half width its workloads were not repeated any more, None for a fixed number of repeats."""
    found = header.options.get(PRECISION)
    return found if isinstance(found, float) and 0 < found < 1 else None


def _rating(header: RunFile) -> Mapping[str, float]:
    """What the disk can do, as the user stated it; nothing where that cannot be read."""
    try:
        return rating.read(str(header.options.get(RATING, "")))
    except InputError:
        return {}


def read_header(path: Path) -> RunFile:
    """`run.json`, checked: names are unique, and every planned trial has a workload and an environment of the run."""
    if not is_run(path):
        hint = "name the directory that `run` or `import` made"
        raise InputError(f"{path}: not a perfadvisor run: no run.json in it", hint)
    header = RUN_FILE.decode(read_file(path / "run.json"), path / "run.json")
    for problem in _contradictions(header):
        raise InputError(f"{path}/run.json: {problem}")
    return header


def _contradictions(header: RunFile) -> Iterator[str]:
    """What no writer of ours writes, and what nothing that reads the run expects."""
    names = [environment.name for environment in header.environments]
    numbers = [trial.number for trial in header.plan]
    yield from (f"{key!a} is the workload {one.id!a}" for key, one in header.workloads.items() if key != one.id)
    yield from (f"two environments are named {name!a}" for name in _repeated(names))
    yield from (f"two trials have the number {number}" for number in _repeated(numbers))
    for trial in header.plan:
        if trial.workload not in header.workloads or trial.environment not in names:
            yield f"trial {trial.number} names an unknown workload or environment"


def _repeated(values: Iterable[_Name]) -> list[_Name]:
    """Those that occur more than once."""
    return [value for value, times in Counter(values).items() if times > 1]


def results(path: Path, header: RunFile) -> tuple[TrialResult, ...]:
    """Every finished trial, by number."""
    planned = {trial.number: trial for trial in header.plan}
    found = []
    for folder in trial_folders(path):
        file = folder / "trial.json"
        result = trial_result(TRIAL_FILE.decode(read_file(file), file))
        if result.trial != planned.get(int(folder.name)):
            raise InputError(f"{file}: not the trial that run.json planned under this number")
        found.append(result)
    return tuple(found)


def trial_folders(path: Path) -> tuple[Path, ...]:
    """The directories of finished trials, by number; unfinished ones have other names."""
    try:
        names = [name for name in os.listdir(path / "trials") if re.fullmatch(r"[0-9]{4,9}", name, re.ASCII)]  # noqa: PTH208
    except FileNotFoundError:
        return ()
    return tuple(path / "trials" / name for name in sorted(names, key=int))


def evidence(path: Path, number: int) -> Evidence:
    """What trial `number` left besides its result; InputError where it is broken."""
    folder = path / "trials" / folder_name(number)
    files = {name: read_kept(folder / name) for name in EVIDENCE}
    try:
        return evidence_of(files)
    except (ValueError, AttributeError, RecursionError) as error:
        raise InputError(f"{folder}/counters.json: {error}") from error


def folder_name(number: int) -> str:
    """The name of a trial's directory."""
    return f"{number:04d}"


def read_kept(path: Path) -> bytes:
    """A file that may lie there compressed; empty where there is none."""
    packed = path.with_name(path.name + ".gz")
    if not packed.exists():
        return read_file(path) if path.exists() else b""
    try:
        with gzip.open(packed) as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{packed}: {error}") from error
    return _bounded(data, packed)


def read_file(path: Path) -> bytes:
    """The bytes of a regular file of sane size; InputError otherwise."""
    if not path.is_file():
        raise InputError(f"{path}: missing")
    with path.open("rb") as file:
        return _bounded(file.read(MAX_FILE_BYTES + 1), path)


def _bounded(data: bytes, path: Path) -> bytes:
    if len(data) > MAX_FILE_BYTES:
        raise InputError(f"{path}: larger than {MAX_FILE_BYTES >> 20} MiB")
    return data


def _state(header: RunFile, path: Path) -> RunState:
    """A run that says it is running while no process holds its lock was killed."""
    return "interrupted" if header.state == "running" and not is_locked(path) else header.state


def is_locked(path: Path) -> bool:
    """Whether a perfadvisor is writing this run now."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # a file system without locks
    finally:
        os.close(descriptor)
    return False


def snapshot_file(path: Path, environment: str, when: str) -> Path:
    """Where an environment's snapshot lies; `when` is "before" or "after"."""
    return path / "snapshots" / f"{re.sub(r'[^A-Za-z0-9_.@+-]', '_', environment)}-{when}.tar.gz"


def _snapshots(path: Path, header: RunFile, when: str) -> dict[str, Snapshot]:
    from perfadvisor.saved.saved import load_snapshot

    files = {environment.name: snapshot_file(path, environment.name, when) for environment in header.environments}
    return {name: load_snapshot(file) for name, file in files.items() if file.exists()}
