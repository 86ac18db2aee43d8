"""A click group that knows its commands by name and imports the one that is called."""

from collections.abc import Mapping
from importlib import import_module

import click

from perfadvisor import __version__


class LazyGroup(click.Group):
    """`commands_help` maps a command's name to its one line; its code is `command` in `perfadvisor.cli.NAME`."""

    def __init__(self, name: str, commands_help: Mapping[str, str], help: str) -> None:
        super().__init__(name, help=help, context_settings={"help_option_names": ["-h", "--help"]})
        self._help = commands_help
        click.version_option(__version__, prog_name="perfadvisor")(self)

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(self._help)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in self._help:
            return None
        module = import_module(f"perfadvisor.cli.{'import_' if name == 'import' else name}")
        command: click.Command = module.command
        command.name = name
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
