"""`perfadvisor man`: the manual pages, made from the same texts as `--help`."""

from collections.abc import Iterator
from pathlib import Path

import click

SECTION = "man1"


@click.command(short_help="Write the manual pages.")
@click.option(
    "-o",
    "--out",
    "--output",
    "output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a page for each command below this directory (example: ~/.local/share/man).",
)
@click.argument("name", metavar="[COMMAND]", required=False)
def command(output: Path | None, name: str | None) -> None:
    """Print the manual page of COMMAND, or of perfadvisor itself; with -o write the pages of all."""
    from perfadvisor.cli.manual import page

    found = {context.command_path.replace(" ", "-"): context for context in contexts()}
    if output is None:
        wanted = f"perfadvisor-{name}" if name else "perfadvisor"
        if wanted not in found:
            raise click.UsageError(f"No such command {name!r}.", click.get_current_context())
        click.echo(page(found[wanted]), nl=False)
        return
    place = output.expanduser() / SECTION
    place.mkdir(parents=True, exist_ok=True)
    for title, context in found.items():
        (place / f"{title}.1").write_text(page(context), "utf-8")
    click.echo(f"{place}: {len(found)} pages")


def contexts() -> Iterator[click.Context]:
    """The program itself and each command, as `--help` would see them."""
    from perfadvisor.cli import group
    from perfadvisor.commands import COMMANDS

    above = click.Context(group, info_name="perfadvisor")
    yield above
    for name in COMMANDS:
        found = group.get_command(above, name)
        assert found is not None, "it is in the table"
        yield from _below(found, name, above)


def _below(found: click.Command, name: str, above: click.Context) -> Iterator[click.Context]:
    context = click.Context(found, info_name=name, parent=above)
    yield context
    if isinstance(found, click.Group):
        for each, below in found.commands.items():
            if not below.hidden:
                yield from _below(below, each, context)
