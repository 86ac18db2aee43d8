"""Options of `run` for the user's own work: commands, and hooks around each trial."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from perfadvisor.model.workload import Workload
    from perfadvisor.runner.hooks import Hooks

Command = Callable[..., None]


class TypedWork(NamedTuple):
    """The words as they were typed, None or nothing for what was not given."""

    commands: tuple[str, ...] = ()
    allowed: bool = False
    before: str = ""
    after: str = ""
    limit: str | None = None

    def workloads(self) -> "tuple[Workload, ...]":
        """The commands to measure. InputError for one that cannot be, or that holds a secret: it is kept in the run."""
        from perfadvisor.tools.own.command import typed

        found = tuple(map(typed, self.commands))
        for workload in found:
            _refuse_secrets("--cmd", str(workload.parameters["command"]))
        return found

    def hooks(self) -> "Hooks":
        """The commands around each trial, which the journal holds meanwhile."""
        from perfadvisor.durations import seconds
        from perfadvisor.runner.hooks import read

        _refuse_secrets("--before-trial", self.before)
        _refuse_secrets("--after-trial", self.after)
        return read(self.before, self.after, None if self.limit is None else seconds(self.limit))


def _refuse_secrets(option: str, text: str) -> None:
    import shlex

    from perfadvisor.errors import InputError
    from perfadvisor.targets.here.secrets import in_arguments

    try:
        words = shlex.split(text)
    except ValueError:
        return  # whoever reads it reports that
    if in_arguments(words) != words:
        raise InputError(f"{option}: a password or token stands in the command, which is kept", "read it from a file")


def own_options(command: Command) -> Command:
    """Add the options; the command gets them as `work`, a TypedWork."""

    @wraps(command)
    def with_work(
        *words: Any,  # noqa: ANN401
        commands: tuple[str, ...],
        allow_commands: bool,
        before_trial: str,
        after_trial: str,
        hook_limit: str | None,
        **options: Any,  # noqa: ANN401
    ) -> None:
        work = TypedWork(commands, allow_commands, before_trial, after_trial, hook_limit)
        command(*words, work=work, **options)

    for option in reversed(_OPTIONS):
        with_work = option(with_work)
    return with_work


_OPTIONS = (
    click.option(
        "--cmd",
        "commands",
        multiple=True,
        metavar="NAME=COMMAND",
        help="Measure this command, too; NAME:METRIC=COMMAND is judged by that metric of its rows.",
    ),
    click.option("--allow-commands", is_flag=True, help="Let workload files of the tool `command` run what they name."),
    click.option("--before-trial", default="", metavar="COMMAND", help="Run this on this machine before each trial."),
    click.option(
        "--after-trial", default="", metavar="COMMAND", help="Run this after each trial, whatever came of it."
    ),
    click.option("--hook-limit", metavar="TIME", help="End either of these two after this time (default: 60s)."),
)
