"""Options that several commands of `perfadvisor fleet` have."""

from typing import Any

import click

from perfadvisor.cli.path_type import PathType

FOLDER = PathType(file_okay=False)
FILE = PathType(dir_okay=False)
RULES = click.option(
    "--rules", "rules_dirs", type=PathType(), multiple=True, help="Also load rules from this directory."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
DB = click.option(
    "--db",
    default="",
    metavar="URL|FILE",
    envvar="PERFADVISOR_HISTORY",
    help="Use this SQLite file or postgresql:// URL (default: perfadvisor/history.sqlite in $XDG_DATA_HOME).",
)
SOURCE = click.argument("source", metavar="DIR|DB")
_LABELLING = (
    click.option(
        "-i",
        "--inventory",
        multiple=True,
        metavar="FILE|HOSTS",
        help="Read the label from this Ansible inventory.",
    ),
    click.option(
        "--label",
        default="",
        metavar="VARIABLE",
        help="Compare hosts with the same value of this variable of the inventory, whatever their hardware "
        "(example: rack).",
    ),
)


def labelling(function: Any) -> Any:  # noqa: ANN401 - a decorator
    """The options that put hosts into cohorts by a variable of the inventory."""
    for option in reversed(_LABELLING):
        function = option(function)
    return function


INVENTORY = click.option(
    "-i",
    "--inventory",
    multiple=True,
    required=True,
    metavar="FILE|HOSTS",
    help="Read this Ansible inventory: a file, a directory, a script, or host names with commas (example: web1,web2).",
)
_REACHING = (
    INVENTORY,
    click.option("--out", type=FOLDER, required=True, help="Write one archive per host to this directory."),
    click.option("--limit", default="", help="Reach these hosts or groups alone, as `ansible --limit`."),
    click.option("--serial", default="100%", show_default=True, help="Reach this many hosts at a time (example: 10)."),
    click.option("--forks", type=click.IntRange(1), default=10, show_default=True, help="Reach this many at once."),
    click.option(
        "--timeout", type=click.IntRange(1), default=120, show_default=True, help="Give each host this many seconds."
    ),
    click.option("--become", is_flag=True, help="Read as root, as Ansible's become is configured."),
    click.option("--vault-password-file", type=FILE, help="Give Ansible the vault password in this file."),
    click.option("--resume", is_flag=True, help="Reach only the hosts that are not in --out yet."),
)


def reaching(function: Any) -> Any:  # noqa: ANN401 - a decorator
    """The options of every command that reaches hosts."""
    for option in reversed(_REACHING):
        function = option(function)
    return function
