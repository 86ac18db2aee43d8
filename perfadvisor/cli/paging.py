"""Texts longer than the terminal go through the user's pager; into a file or a pipe they go as they are."""

import io
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


def show(made: Callable[[int], "Iterable[Text]"]) -> None:
    """Print the lines that `made` gives for the terminal's width."""
    from rich.console import Console

    from perfadvisor.report.terminal.style import bounded

    console = Console()
    lines = list(made(bounded(console.width)))
    if sys.stdout.isatty() and len(lines) >= console.height:
        click.echo_via_pager(_coloured(console, lines), color=console.color_system is not None)
    else:
        _print(console, lines)


def _print(console: "Console", lines: "Sequence[Text]") -> None:
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False)


def _coloured(console: "Console", lines: "Sequence[Text]") -> str:
    from rich.console import Console

    out = io.StringIO()
    colours = console.color_system is not None
    wide = Console(file=out, width=console.width, force_terminal=colours, color_system="standard" if colours else None)
    _print(wide, lines)
    return out.getvalue().rstrip("\n")  # click ends the text with one
