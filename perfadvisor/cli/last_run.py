"""The run that is meant where no path is given: the newest one in this directory."""

from pathlib import Path

import click

from perfadvisor.plaintext import one_line


def given_or_last(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The paths, or the newest run's directory below the working directory. UsageError where there is none."""
    if paths:
        return paths
    runs = [(file.stat().st_mtime, file.parent) for file in Path().glob("*/run.json")]
    if not runs:
        raise click.UsageError("no PATH given, and no run in this directory", click.get_current_context())
    newest = max(runs)[1]
    click.echo(one_line(f"note: the newest run here is {newest}"), err=True)
    return (newest,)
