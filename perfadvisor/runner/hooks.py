"""Commands of the user's around each trial: to clear a cache, restart a service, note the temperature.

They come from the command line alone and are kept nowhere in a run: a resumed run needs them typed again. The one after
a trial is written down before the one in front of it starts, so that it runs also where perfadvisor was killed.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.model.workload import Trial
from perfadvisor.targets.base import Command
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.undo import hook
from perfadvisor.targets.here import process
from perfadvisor.tools.own.command import words

LIMIT_S = 60.0
SAID = 200  # characters of what a hook complained

Around = Callable[[Trial], AbstractContextManager[None]]


class HookError(MeasureError):
    """The hook in front of a trial failed: the trial is not measured."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hooks:
    """The words of both commands, () for none, and how long each may take, in seconds."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    limit_s: float = LIMIT_S

    def __bool__(self) -> bool:
        return bool(self.before or self.after)


NO_HOOKS = Hooks()


def read(before: str, after: str, limit_s: float | None) -> Hooks:
    """The commands as typed, "" for none. InputError for one that cannot be split into words."""
    found = {}
    for option, text in (("--before-trial", before), ("--after-trial", after)):
        try:
            found[option] = words(text) if text else ()
        except ValueError as error:
            raise InputError(f"{option} {text!r}: {error}", f"{option} 'sh -c \"sync; sleep 1\"'") from None
    return Hooks(
        before=found["--before-trial"], after=found["--after-trial"], limit_s=LIMIT_S if limit_s is None else limit_s
    )


def nothing(_trial: Trial) -> AbstractContextManager[None]:
    """No hooks."""
    return contextlib.nullcontext()


def set_around(hooks: Hooks, book: Journal, note: Callable[[str], None]) -> Around:
    """What stands around each trial; `note` hears of a hook after a trial that failed."""
    return partial(_around, hooks, book, note) if hooks else nothing


@contextlib.contextmanager
def _around(hooks: Hooks, book: Journal, note: Callable[[str], None], trial: Trial) -> Iterator[None]:
    """HookError where the first one fails or takes too long."""
    told = {
        "PERFADVISOR_TRIAL": str(trial.number),
        "PERFADVISOR_WORKLOAD": trial.workload,
        "PERFADVISOR_ENVIRONMENT": trial.environment,
    }
    number = book.record(hook(hooks.after, told, hooks.limit_s)) if hooks.after else 0
    try:
        if hooks.before:
            _run(hooks.before, told, hooks.limit_s)
        yield
    finally:
        if number:
            _after(book, number, trial, note)


def _after(book: Journal, number: int, trial: Trial, note: Callable[[str], None]) -> None:
    try:
        book.put_back(number)
    except MeasureError as error:
        note(f"the hook after trial {trial.number}: {error.message}")


def _run(argv: tuple[str, ...], told: dict[str, str], limit_s: float) -> None:
    try:
        done = process.run(Command(argv=argv, timeout_s=limit_s, environment=told))
    except MeasureError as error:
        raise HookError(f"the hook before it: {error.message}") from error
    if done.timed_out:
        raise HookError(f"the hook before it: {argv[0]} ran over {limit_s:g} s and was stopped")
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[-SAID:]
        raise HookError(f"the hook before it: {argv[0]}: exit code {done.returncode}{f': {said}' if said else ''}")
