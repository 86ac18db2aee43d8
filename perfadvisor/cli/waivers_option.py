"""The option of every command that judges findings: the file of those that are accepted."""

import click

from perfadvisor.cli.path_type import PathType

WAIVERS = click.option(
    "--waivers",
    type=PathType(),
    metavar="FILE",
    envvar="PERFADVISOR_WAIVERS",
    help="List the findings that this YAML file accepts apart; they fail nothing until they expire.",
)
