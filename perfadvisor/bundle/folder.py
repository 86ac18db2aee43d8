"""Write a run's directory: made whole with its plan, then grown by one finished trial at a time."""

import fcntl
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from perfadvisor.bundle.durable import clear_unfinished, saving, sync_directory, write_file, write_folder
from perfadvisor.bundle.evidence import Evidence
from perfadvisor.bundle.reading import folder_name, is_run, read_header, snapshot_file, trial_folders
from perfadvisor.bundle.schema import RUN_FILE, TRIAL_FILE, RunFile, run_file, trial_file
from perfadvisor.errors import InputError
from perfadvisor.model.fact import Scalar
from perfadvisor.model.result import Doubt, TrialResult
from perfadvisor.model.run import Run, RunState
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.workload import Trial, Workload


class Bundle:
    """A run being written. It holds the directory's lock, so that no two commands write one run."""

    def __init__(self, path: Path, header: RunFile, lock: int) -> None:
        self.path = path
        self.header = header
        self._lock = lock

    def append(self, result: TrialResult, evidence: Evidence, judged: tuple[Doubt, ...] = ()) -> None:
        """Keep a finished trial. MeasureError where the disk does not take it; what is there already stays."""
        name = folder_name(result.trial.number)
        files = {"trial.json": TRIAL_FILE.encode(trial_file(result, judged)), **evidence.files()}
        with self._saving(f"trial {name}"):
            write_folder(self.path / "trials" / name, files)

    def save_snapshot(self, snapshot: Snapshot, when: str) -> None:
        """Keep an environment's snapshot; `when` is "before" or "after"."""
        from perfadvisor.saved.saved import save_snapshot

        file = snapshot_file(self.path, snapshot.environment, when)
        with self._saving(f"the snapshot of {snapshot.environment} {when}"):
            save_snapshot(snapshot, file)
            sync_directory(file.parent)

    def has_snapshot(self, environment: str, when: str) -> bool:
        """Whether an environment's snapshot is there already, as in a resumed run."""
        return snapshot_file(self.path, environment, when).exists()

    def note(self, *notes: str) -> None:
        """Keep sentences that whoever reads the results must know; one already there is not repeated."""
        new = tuple(note for note in dict.fromkeys(notes) if note not in self.header.notes)
        if new:
            self._save(replace(self.header, notes=self.header.notes + new))

    def extend(
        self, trials: Sequence[Trial], workloads: Mapping[str, Workload], seal: Callable[[RunFile], str]
    ) -> None:
        """Plan more trials, some of them of workloads that are new to the run; `seal` proves who planned it."""
        header = replace(
            self.header, plan=(*self.header.plan, *trials), workloads={**self.header.workloads, **workloads}
        )
        self._save(replace(header, seal=seal(header)))

    def set_state(self, state: RunState) -> None:
        """Keep how far the run is."""
        self._save(replace(self.header, state=state))

    def finished(self) -> frozenset[int]:
        """The numbers of the trials that are there."""
        return frozenset(int(folder.name) for folder in trial_folders(self.path))

    def close(self) -> None:
        """Let go of the lock."""
        os.close(self._lock)

    def _save(self, header: RunFile) -> None:
        with self._saving("run.json"):
            write_file(self.path / "run.json", RUN_FILE.encode(header))
        self.header = header

    def _saving(self, what: str) -> AbstractContextManager[None]:
        return saving(what, self.path, self._kept)

    def _kept(self) -> str:
        done = len(self.finished())
        return f"{done} finished trials are safe; make room and finish with: perfadvisor run --resume {self.path}"


def create(path: Path, run: Run, options: dict[str, Scalar] | None = None, seal: str = "") -> Bundle:
    """A new run's directory, there with its plan or not at all. InputError where something lies there already."""
    path = path.resolve()
    refuse_used(path)
    header = run_file(run, options or {}, seal)
    with saving("run.json", path, lambda: "choose another directory"):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_folder(path, {"run.json": RUN_FILE.encode(header)})
        for name in ("trials", "snapshots"):
            (path / name).mkdir(mode=0o700)
        sync_directory(path)
    return Bundle(path, header, _locked(path))


def reopen(path: Path) -> Bundle:
    """A run's directory to go on writing; what a killed writer left half done is removed. InputError where it is not a
    run or another command is writing it."""
    header = read_header(path)
    lock = _locked(path)
    for directory in (path, path / "trials", path / "snapshots"):
        directory.mkdir(mode=0o700, exist_ok=True)
        clear_unfinished(directory)
    return Bundle(path, header, lock)


def refuse_used(path: Path) -> None:
    """InputError where a new run cannot be put there because something lies there already."""
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise InputError(f"{path}: exists and is not a directory", "choose another directory")
    if path.is_dir() and any(path.iterdir()):
        resume = f"finish it with: perfadvisor run --resume {path}"
        raise InputError(f"{path}: is not empty", resume if is_run(path) else "choose another directory")


def _locked(path: Path) -> int:
    """A held lock on the directory itself: the kernel lets go of it when we die, and it leaves no file behind."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise InputError(f"{path}: another perfadvisor is writing this run", "wait for it, or stop it first") from error
    except OSError:
        pass  # a file system without locks: go on without
    return descriptor
