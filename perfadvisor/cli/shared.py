"""The options of every command: quiet, verbose, and without colours."""

import contextlib
import os
import sys
import time
from inspect import cleandoc

import click

from perfadvisor.cli.examples import EXAMPLES

_OUT = {"--out", "--output"}  # whichever a command has, both are understood, and -o
LONGEST = 200  # letters of a line in a list of commands: it is wrapped, not cut


def add_shared(command: click.Command, path: str) -> None:
    """Give the command and those below it the options they lack, and put their examples first. A name that a command
    uses itself stays its own."""
    _with_examples(command, path)
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            add_shared(below, f"{path} {name}")
        if not command.invoke_without_command:
            return
    _spelled_alike(command)
    taken = {name for parameter in command.params for name in parameter.opts}
    command.params += [option for option in _options() if not taken & set(option.opts)]


def _spelled_alike(command: click.Command) -> None:
    for parameter in command.params:
        if _OUT & set(parameter.opts):
            taken = {name for each in command.params for name in each.opts}
            parameter.opts += [name for name in ("-o", "--out", "--output") if name not in taken]


def _with_examples(command: click.Command, path: str) -> None:
    if path not in EXAMPLES:
        return
    command.short_help = command.get_short_help_str(LONGEST)
    command.help = "\n".join(("\b", *EXAMPLES[path], "", cleandoc(command.help or "")))


def _options() -> tuple[click.Option, ...]:
    return (
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            expose_value=False,
            callback=_quiet,
            help="Print no notes and no progress, only results and errors.",
        ),
        click.Option(
            ["-v", "--verbose"],
            is_flag=True,
            expose_value=False,
            callback=_verbose,
            help="Also print each program that is run, and the time taken.",
        ),
        click.Option(
            ["--no-color"],
            is_flag=True,
            expose_value=False,
            callback=_no_color,
            help="Print no colours, as with NO_COLOR=1.",
        ),
    )


def _quiet(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    """Notes and progress go to standard error; what is raised is printed after the command, and still is."""
    if asked:
        nowhere = context.with_resource(open(os.devnull, "w"))  # noqa: PTH123, SIM115 - pathlib is not imported yet
        context.with_resource(contextlib.redirect_stderr(nowhere))


def _verbose(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if not asked:
        return
    from perfadvisor.targets.here import process

    stream, began = sys.stderr, time.monotonic()
    process.WATCHERS.append(lambda words: click.echo(f"run: {words}", file=stream))
    context.call_on_close(process.WATCHERS.pop)
    context.call_on_close(lambda: click.echo(f"took {time.monotonic() - began:.2f} s", file=stream))


def _no_color(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked:
        os.environ["NO_COLOR"] = "1"  # rich looks there, and so do programs that are started
        context.color = False
