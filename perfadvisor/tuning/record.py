"""Tunes on disk: one JSON file each, in the user's private state, written whole or not at all."""

import contextlib
import os
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.targets.changing import journal, sharing
from perfadvisor.targets.here import private
from perfadvisor.tuning.model import Tune, TuneState

LOCK = "tune"


def directory() -> Path:
    """Where tunes lie, made if need be."""
    found = private.made(journal.state_directory() / "tunes")
    if found is None:
        raise MeasureError("no private place to record what is kept", "set XDG_STATE_HOME to a directory")
    return found


def new_id() -> str:
    """A name that no other tune of this user has."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"


def save(tune: Tune) -> None:
    """Write it so that a power cut leaves the old file or the new one. MeasureError where the disk is full."""
    path = directory() / f"{tune.id}.json"
    temporary = path.with_suffix(".new")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(_adapter().dump_json(tune, indent=1))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise MeasureError(f"{path}: {error.strerror}", "make room, or see the directory's permissions") from error


def as_json(tune: Tune) -> str:
    """The record as text, for other programs."""
    text: str = _adapter().dump_json(tune, indent=2).decode()
    return text + "\n"


def load_all() -> tuple[Tune, ...]:
    """Every tune of this user, oldest first; InputError for a file that is none."""
    return tuple(_read(path) for path in sorted(directory().glob("*.json")))


def unfinished() -> Tune:
    """The latest tune that was interrupted. InputError without one."""
    found = [tune for tune in load_all() if tune.state is TuneState.MEASURING]
    if not found:
        raise InputError("no tune was interrupted", "perfadvisor tune now --dry-run")
    return found[-1]


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """While no other tune, and no `ab --set`, runs on this machine. MeasureError where one does."""
    if os.geteuid() != 0:
        yield  # without root hardly anything can be set, and the lock's place is root's
        return
    try:
        sharing.claim(LOCK)
    except MeasureError:
        raise MeasureError("another perfadvisor tune or ab --set runs on this machine", "wait for it to end") from None
    try:
        yield
    finally:
        sharing.let_go(LOCK)


def _read(path: Path) -> Tune:
    from pydantic import ValidationError

    try:
        found: Tune = _adapter().validate_json(path.read_bytes())
        return found
    except ValidationError as error:
        raise InputError(
            f"{path}: not a record of a tune ({error.error_count()} errors)", f"move it away: {path}"
        ) from None


@cache
def _adapter():  # type: ignore[no-untyped-def]  # noqa: ANN202 - pydantic is imported when it is needed
    from pydantic import TypeAdapter

    return TypeAdapter(Tune)
