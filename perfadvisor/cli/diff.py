"""`perfadvisor diff`: what differs between two runs, snapshots, pastes or definitions."""

from pathlib import Path

import click


@click.command(short_help="Show what differs between two runs or machines.")
@click.argument("first", metavar="A", type=click.Path(path_type=Path))
@click.argument("second", metavar="B", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(first: Path, second: Path, form: str) -> None:
    """Show what differs between A and B: findings gained and lost, results with intervals, settings, identity.

    Each is a run, a snapshot, a copy of /sys and /proc, a definition of a guest, or saved outputs of commands.
    """
    from perfadvisor.cli.paging import show
    from perfadvisor.differing import differing

    found, _ = differing((first, second))
    if form == "json":
        from perfadvisor.report.differing.json import render

        click.echo(render(found))
    else:
        from perfadvisor.report.differing.text import lines

        show(lambda width: lines(found, width))
