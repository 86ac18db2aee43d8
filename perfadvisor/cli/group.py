"""A click group that knows its commands by name and imports the one that is called."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from perfadvisor import __version__
from perfadvisor.cli.shared import add_shared
from perfadvisor.errors import MeasureError


class ClosedOutputError(Exception):
    """The reader of the output went away. No OSError: click would turn that into exit code 1."""


@contextmanager
def telling_closed_output() -> Iterator[None]:
    """Raise ClosedOutputError for a broken pipe of the output, MeasureError for that of another program."""
    try:
        yield
    except BrokenPipeError as error:
        import select

        watch = select.poll()
        watch.register(sys.stdout.fileno(), 0)
        if watch.poll(0):
            raise ClosedOutputError from error
        raise MeasureError("a program or a connection closed while it was written to (broken pipe)") from error


class LazyGroup(click.Group):
    """`commands_help` maps a command's name to its one line; its code is `command` in `perfadvisor.cli.NAME`."""

    def __init__(self, name: str, commands_help: Mapping[str, str], help: str) -> None:
        super().__init__(name, help=help, context_settings={"help_option_names": ["-h", "--help"]})
        self._help = commands_help
        self._ready: set[str] = set()
        click.version_option(__version__, prog_name="perfadvisor")(self)

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:  # noqa: ANN401 - click's own signature
        with telling_closed_output():  # `--help` prints here
            return super().make_context(*arguments, **options)

    def invoke(self, context: click.Context) -> Any:  # noqa: ANN401
        with telling_closed_output():
            return super().invoke(context)

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(self._help)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in self._help:
            return None
        module = import_module(f"perfadvisor.cli.{'import_' if name == 'import' else name}")
        command: click.Command = module.command
        command.name = name
        if name not in self._ready:
            self._ready.add(name)
            add_shared(command, name)
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of `--help`, without importing a single command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._help.items()))

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self._help and not args[0].startswith("-"):
            from difflib import get_close_matches  # a tenth of the time `--help` takes

            near = get_close_matches(args[0], self._help, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"No such command {args[0]!r}.{hint}", context)
        return super().resolve_command(context, args)
