"""`perfadvisor history`: keep results over time and find the changes."""

from pathlib import Path
from typing import Any

import click

PATH = click.Path(path_type=Path)
DB = click.option(
    "--db",
    default="",
    metavar="URL|FILE",
    envvar="PERFADVISOR_HISTORY",
    help="Use this SQLite file or postgresql:// URL (default: perfadvisor/history.sqlite in $XDG_DATA_HOME).",
)


@click.group("history")
def command() -> None:
    """Keep results over time and find the changes."""


@command.command("ingest")
@click.argument("runs", nargs=-1, type=PATH, metavar="[RUN]...")
@click.option(
    "--csv",
    "csv_files",
    multiple=True,
    type=PATH,
    help="Read this file with the columns series, time, value [, commit, unit, better].",
)
@click.option("--commit", default="", envvar=["GITHUB_SHA", "CI_COMMIT_SHA"], help="Record this commit with the runs.")
@DB
def ingest_command(**options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Add runs or CSV points. What is there already is left alone; a kill leaves nothing half written."""
    from perfadvisor.cli.history_body import ingest_all

    click.echo(ingest_all(**options))


@command.command("list")
@click.option("--runs", is_flag=True, help="List the runs instead of the series.")
@DB
def list_command(**options: Any) -> None:  # noqa: ANN401
    """List the series, or the runs."""
    from perfadvisor.cli.history_body import list_all

    click.echo(list_all(**options))


@command.command("show")
@click.argument("series")
@click.option("--last", type=click.IntRange(1), default=50, show_default=True, help="Print this many points.")
@DB
def show_command(**options: Any) -> None:  # noqa: ANN401
    """Print the points of a series, with its changes marked."""
    from perfadvisor.cli.history_body import show_one

    click.echo(show_one(**options))


@command.command("check")
@click.argument("series", required=False, default="")
@click.option("--policy", type=PATH, help="Read margin, how recent, and accepted changes from this YAML file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--html", type=PATH, help="Write a page with every series, its changes and their commits.")
@click.option(
    "--commit-url",
    default="",
    metavar="URL",
    help="Link commits on the page to this address (example: https://example.org/commit/{commit}).",
)
@click.option("--once", is_flag=True, help="Report each change once: remember what was reported.")
@click.option("--allow-undecided", is_flag=True, help="Exit 0 instead of 3 for suspected changes.")
@DB
@click.pass_context
def check_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401
    """Find changes. Exits 1 for a confirmed recent worsening, 3 for a suspected one, 0 otherwise."""
    from perfadvisor.cli.history_body import check_all

    text, code = check_all(**options)
    click.echo(text)
    context.exit(code)
