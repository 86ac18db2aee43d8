"""`perfadvisor diff`: what differs between two runs, snapshots, pastes or definitions."""

from pathlib import Path

import click

from perfadvisor.cli.options import form
from perfadvisor.cli.redact_option import REDACT, inputs
from perfadvisor.cli.waivers_option import WAIVERS


@click.command(short_help="Show what differs between two runs or machines.")
@click.argument("first", metavar="A", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("second", metavar="B", type=click.Path(path_type=Path, allow_dash=True))
@form("text", "json")
@WAIVERS
@REDACT
def command(first: Path, second: Path, form: str, waivers: Path | None, redact: bool) -> None:
    """Show what differs between A and B: findings gained and lost, results with intervals, settings, identity.

    Each is a run, a snapshot, a copy of /sys and /proc, a definition of a guest, or saved outputs of commands.
    """
    from perfadvisor.cli.paging import show
    from perfadvisor.differing import differing

    with inputs((first, second), redact) as read:
        found, _ = differing(read.paths, waivers=waivers)
    for each in found.notes:
        click.echo(f"note: {each}", err=True)
    if form == "json":
        from perfadvisor.report.differing.json import render

        click.echo(render(found))
    else:
        from perfadvisor.report.differing.text import lines

        show(lambda width: lines(found, width))
