"""The option of every command that judges findings: the file of those that are accepted."""

from pathlib import Path

import click

WAIVERS = click.option(
    "--waivers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    envvar="PERFADVISOR_WAIVERS",
    help="List the findings that this YAML file accepts apart; they fail nothing until they expire.",
)
