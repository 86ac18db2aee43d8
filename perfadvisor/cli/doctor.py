"""`perfadvisor doctor`: one screen of what works here and what unlocks the rest."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from perfadvisor.cli.options import form
from perfadvisor.commands import as_typed
from perfadvisor.plaintext import one_line

if TYPE_CHECKING:
    from perfadvisor.doctor.check import Check

INDENT = 22
MOST_LINES = 3  # of what another program complained
MARKS = {"yes": ("ok", "green"), "partly": ("part", "yellow"), "no": ("no", "red")}


@click.command(short_help="What can be measured and read here.")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, exists=True),
    default=Path(),
    help="Check this directory for test files.",
)
@form("text", "json")
def command(directory: Path, form: str) -> None:
    """List in one screen what can be measured and read here, what cannot, and the command that unlocks each."""
    found = list(checks(directory))
    if form == "json":
        import json
        from dataclasses import asdict

        click.echo(json.dumps([asdict(check) for check in found], indent=2))
        return
    _print(found)


def _print(found: "Iterable[Check]") -> None:
    area = ""
    for check in found:
        if check.area != area:
            area = check.area
            click.secho(f"\n{area}", bold=True)
        word, colour = MARKS[check.state]
        first, *more = wrapped(check.detail)
        click.echo(f"  {click.style(f'{word:<4}', fg=colour)} {check.what:<14} {first}")
        for line in more:
            click.echo(f"{'':<{INDENT}}{line}")
        if check.unlock:  # never broken: it is to be copied
            click.echo(f"{'':<{INDENT}}unlock: {one_line(as_typed(check.unlock))}")
    click.echo(as_typed("\nNext: perfadvisor run quick"))


def checks(directory: Path) -> Iterator["Check"]:
    """Every check in its order; the areas wait for their programs side by side."""
    from concurrent.futures import ThreadPoolExecutor

    from perfadvisor.doctor import environments, measuring

    with ThreadPoolExecutor() as pool:
        areas = (
            pool.submit(lambda: list(measuring.checks(directory.resolve()))),
            pool.submit(_of_reading),
            pool.submit(lambda: list(environments.checks())),
        )
        for area in areas:
            yield from area.result()


def _of_reading() -> list["Check"]:
    from perfadvisor.doctor import reading
    from perfadvisor.facts import catalogue
    from perfadvisor.targets.here.local import LocalTarget

    tree = LocalTarget().tree(catalogue.PATTERNS)
    return list(reading.checks(tree, catalogue.read(tree)))


def wrapped(detail: str) -> list[str]:
    """What stands beside a check, in lines that fit the terminal."""
    room = max(30, min(100, shutil.get_terminal_size().columns - INDENT))
    return wrap(one_line(detail), room, max_lines=MOST_LINES, placeholder=" ...") or [""]
