"""What perfadvisor changed on this machine and how to restore it, on disk before the change is made.

One file per command under the user's state directory, one JSON object a line, synced; a second copy lies in the run.
While its command lives the file is locked; the kernel lets go of the lock when the command dies. Then a guardian that
was started with the journal puts everything back, and where that died too, the next command or `perfadvisor restore`.
"""

import contextlib
import errno
import fcntl
import itertools
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing.undo import Change, boot_id, put_back
from perfadvisor.targets.here import private, process

GUARDIAN_AT_WORK_S = 10.0
_NUMBERS = itertools.count(1)  # a command may have several: one for itself, one for each container it made


@dataclass(frozen=True, kw_only=True)
class Story:
    """A journal as read: its owner's process, the changes still to be restored (oldest first), and the next number."""

    owner: Mapping[str, Any]
    open: Mapping[int, Change]
    next: int


class Journal:
    """The journal of one command. `copy` is a second file that gets the same lines, for whoever reads the run later."""

    def __init__(self, path: Path, copies: Sequence[Path] = ()) -> None:
        self.path = path
        self._copies = tuple(copies)
        self._lock = _open_locked(path)
        self._next = 1
        self._open: dict[int, Change] = {}
        self._closed = False
        self._append({"owner": owner_of_this_process()})
        self._guardian = process.detached("perfadvisor.targets.changing.guardian", str(path))

    def record(self, change: Change) -> int:
        """Write down a change before it is made; the number is for `undone`. MeasureError where it cannot be kept."""
        number, self._next = self._next, self._next + 1
        self.correct(number, change)
        return number

    def correct(self, number: int, change: Change) -> None:
        """Write down that a change came out otherwise than was meant."""
        self._append({"n": number, "boot": boot_id(), **change})
        self._open[number] = change

    def put_back(self, number: int) -> None:
        """Undo one change now."""
        put_back(self._open[number])
        with contextlib.suppress(MeasureError):  # undone is undone, also where the disk is full or the run was removed
            self._append({"n": number, "undone": True})
        del self._open[number]

    @property
    def last(self) -> int:
        """The number of the last change that was written down, 0 for none."""
        return self._next - 1

    def put_back_after(self, last: int) -> None:
        """Undo now every change that was made later than this one, newest first; raises at the first that fails."""
        for number in sorted((number for number in self._open if number > last), reverse=True):
            self.put_back(number)

    def leave(self) -> tuple[Change, ...]:
        """Let every change stay that is not undone yet, oldest first; whoever takes them has them on disk already."""
        stay = tuple(self._open[number] for number in sorted(self._open))
        for number in sorted(self._open):
            self._append({"n": number, "undone": True, "kept": True})
            del self._open[number]
        return stay

    @property
    def changes(self) -> tuple[Change, ...]:
        """What is not undone yet, oldest first."""
        return tuple(self._open[number] for number in sorted(self._open))

    def close(self) -> tuple[str, ...]:
        """Undo what is left, newest first, and end the journal; returns what could not be restored, and why. May be
        called again."""
        if self._closed:
            return ()
        self._closed = True
        failed = tuple(_undo(self._open, self.put_back))
        if not failed:
            self.path.unlink(missing_ok=True)
        os.close(self._lock)
        self._guardian.let_go()
        return failed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _append(self, record: Mapping[str, Any]) -> None:
        for path in (self.path, *self._copies):
            append(path, record)


def _undo(changes: Mapping[int, Change], undo: Callable[[int], None]) -> Iterator[str]:
    for number in sorted(changes, reverse=True):
        change = changes[number]
        try:
            undo(number)
        except Exception as error:  # one that fails must not keep the others from being restored
            yield f"{change}: {error}"


def _open_locked(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with contextlib.suppress(OSError):  # a file system without locks
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def append(path: Path, record: Mapping[str, Any]) -> None:
    """Add one line and sync it. A torn last line, left by a power cut, is taken off first, so that it does not swallow
    the new one; where the disk is full the half-written line is taken off again. MeasureError then."""
    line = json.dumps(record).encode() + b"\n"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _append_line(descriptor, line)
        finally:
            os.close(descriptor)
    except OSError as error:
        hint = "make room" if error.errno in (None, errno.ENOSPC, errno.EDQUOT) else f"see {path.parent}"
        raise MeasureError(f"{path}: could not write down a change: {error.strerror or error}", hint) from error


def _append_line(descriptor: int, line: bytes) -> None:
    end = _end_of_last_line(descriptor)
    os.ftruncate(descriptor, end)
    try:
        # A full disk shows as a short count first, as an error only the next time.
        if os.pwrite(descriptor, line, end) != len(line):
            raise OSError("the disk is full")
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, end)
        raise


def _end_of_last_line(descriptor: int) -> int:
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, size, 0).rfind(b"\n") + 1


def read(path: Path) -> Story:
    """What a journal says; a torn last line was never acted upon, so it does not count."""
    owner: Mapping[str, Any] = {}
    changes: dict[int, Change] = {}
    last = 0
    for line in path.read_bytes().split(b"\n")[:-1]:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(record, dict):
            continue
        if isinstance(record.get("owner"), dict):
            owner = record["owner"]
        number = record.get("n")
        if isinstance(number, int):
            last = max(last, number)
            _note(changes, number, record)
    return Story(owner=owner, open=changes, next=last + 1)


def _note(changes: dict[int, Change], number: int, record: Change) -> None:
    if record.get("undone"):
        changes.pop(number, None)
    else:
        changes[number] = record


def owner_of_this_process() -> dict[str, Any]:
    """Who writes: process id and start time together are never used twice within one boot."""
    return {"pid": os.getpid(), "started": _start_time(os.getpid()), "boot": boot_id()}


def _start_time(pid: int) -> str:
    """Field 22 of /proc/PID/stat, in ticks since boot (proc(5)); empty for the dead, zombies among them."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in (b"Z", b"X") else fields[19].decode()


def is_alive(owner: Mapping[str, Any]) -> bool:
    """Whether the command that wrote a journal still runs."""
    pid, started = owner.get("pid"), owner.get("started")
    return owner.get("boot") == boot_id() and isinstance(pid, int) and bool(started) and _start_time(pid) == started


def state_directory() -> Path:
    """The user's private state, made if need be: below XDG_STATE_HOME, or below the temporary directory for a user
    without a writable home. Never where another user could write, for what lies there is believed."""
    return directory().parent


def directory() -> Path:
    """Where journals lie, made if need be; their commands are run."""
    home = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")  # noqa: PTH111 (never raises)
    for state in (Path(home) / "perfadvisor", Path(tempfile.gettempdir()) / f"perfadvisor-{os.geteuid()}"):
        journals = private.made(state / "journals")
        if journals:
            return journals
    raise MeasureError("no place to write down what is changed on this machine", "set XDG_STATE_HOME to a directory")


def begin(copy: Path | None = None) -> Journal:
    """The journal of this command."""
    path = directory() / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{next(_NUMBERS)}.jsonl"
    return Journal(path, [copy] if copy else [])


def restore() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Restore what every dead command left: (what was restored, what could not be and why)."""
    done: list[str] = []
    failed: list[str] = []
    for path in sorted(directory().glob("*.jsonl")):
        with contextlib.suppress(FileNotFoundError):  # its guardian finished in this moment
            if not private.is_private(path):
                failed.append(f"{path}: not followed, because another user could have written it")
            elif not is_alive(read(path).owner):
                finished, left = restore_one(path)
                done += finished
                failed += left
    return tuple(done), tuple(failed)


def restore_one(path: Path) -> tuple[list[str], list[str]]:
    """Restore what one journal lists, newest first; the journal goes away when nothing is left in it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        _wait_for_lock(descriptor)
        story = read(path)
        done: list[str] = []

        def undo(number: int) -> None:
            put_back(story.open[number])
            with contextlib.suppress(MeasureError):  # as in Journal.put_back
                append(path, {"n": number, "undone": True})
            done.append(str(story.open[number].get("what", "change")) + " " + str(story.open[number].get("path", "")))

        failed = list(_undo(story.open, undo))
        if not failed:
            path.unlink(missing_ok=True)
        return done, failed
    finally:
        os.close(descriptor)


def _wait_for_lock(descriptor: int) -> None:
    """Another one may be putting the same things back now: let it finish."""
    deadline = time.monotonic() + GUARDIAN_AT_WORK_S
    while time.monotonic() < deadline:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(0.05)
        except OSError:
            return
