"""One manual page in the language of man(7), from what a command says of itself."""

import re
from collections.abc import Iterator
from inspect import cleandoc

import click

from perfadvisor import __version__

EXIT_CODES = (
    ("0", "good"),
    ("1", "the gate failed: a regression, or a finding at or over --fail-on"),
    ("2", "usage or input error"),
    ("3", "undecided, or nothing could be measured"),
    ("4", "a bug in perfadvisor, with a log to attach"),
    ("130", "interrupted; what was measured is kept"),
    ("141", "the reader of the output closed it"),
)


def page(context: click.Context) -> str:
    """The page of the command of this context."""
    return "\n".join(_lines(context)) + "\n"


def _lines(context: click.Context) -> Iterator[str]:
    command, path = context.command, context.command_path
    help = cleandoc(command.help or "").partition("\f")[0]
    yield f'.TH "{path.replace(" ", "-").upper()}" "1" "" "perfadvisor {__version__}" "perfadvisor manual"'
    yield from (".SH NAME", f"{escaped(path.replace(' ', '-'))} \\- {escaped(_first(command))}")
    yield from (".SH SYNOPSIS", f".B {escaped(path)}", escaped(" ".join(command.collect_usage_pieces(context))))
    yield ".SH DESCRIPTION"
    for paragraph in re.split(r"\n\s*\n", help):
        yield from _paragraph(paragraph)
    options = [found for each in command.get_params(context) if (found := each.get_help_record(context))]
    yield from _table("OPTIONS", options)
    if isinstance(command, click.Group):
        yield from _table("COMMANDS", _commands(command, context))
    yield from _table("EXIT STATUS", EXIT_CODES)


def _first(command: click.Command) -> str:
    return command.get_short_help_str(limit=200).rstrip(".")


def _commands(group: click.Group, context: click.Context) -> list[tuple[str, str]]:
    found = ((name, group.get_command(context, name)) for name in group.list_commands(context))
    return [(name, _first(each)) for name, each in found if each is not None and not each.hidden]


def _paragraph(text: str) -> Iterator[str]:
    """Lines behind a backspace stay as they are: examples."""
    lines = text.strip("\n").split("\n")
    if lines[0].strip() == "\b":
        yield from (".PP", ".nf", ".RS 4", *map(escaped, lines[1:]), ".RE", ".fi")
    else:
        yield from (".PP", escaped(" ".join(line.strip() for line in lines)))


def _table(title: str, rows: "list[tuple[str, str]] | tuple[tuple[str, str], ...]") -> Iterator[str]:
    if rows:
        yield f".SH {title}"
    for name, meaning in rows:
        yield from (".TP", f"\\fB{escaped(name)}\\fR", escaped(meaning) or "\\ ")


def escaped(text: str) -> str:
    """A text of ours as roff takes it: no backslash, dash or leading dot of it means anything."""
    found = " ".join(text.split(" ")).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{found}" if found.startswith((".", "'")) else found
