"""The command line: parse, call, print, exit. Commands are imported when they are called, so `--help` stays fast."""

import sys

from perfadvisor.cli.group import LazyGroup
from perfadvisor.cli.guard import exit_code_of
from perfadvisor.commands import COMMANDS, NAME

group = LazyGroup(
    NAME,
    COMMANDS,
    help="Measure the I/O of a Linux machine, read its configuration, and advise from both together.\n\n"
    "Start with `perfadvisor doctor`, then `perfadvisor run quick`.",
)


def main() -> None:
    """Entry point of the `perfadvisor` program."""
    sys.exit(exit_code_of(lambda: group.main(prog_name=NAME, standalone_mode=False)))
