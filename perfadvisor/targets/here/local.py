"""This machine."""

import errno
from collections.abc import Sequence

from perfadvisor.errors import InputError
from perfadvisor.model.tree import Tree
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.here import process
from perfadvisor.targets.here.capture import capture
from perfadvisor.targets.opening import Opening


class LocalTarget:
    """The machine perfadvisor runs on; `name` is what its environment is called."""

    def __init__(self, name: str = "local") -> None:
        self.name = name
        self.spec = "local"

    def run(self, command: Command) -> Completed:
        """Run to the end or the time-out. MeasureError where the program is not installed."""
        return process.run(command)

    def serve(self, command: Command) -> process.LocalServer:
        """Start a program that runs beside the others."""
        return process.serve(command)

    def tree(self, patterns: Sequence[str]) -> Tree:
        """What the patterns name, read now."""
        return capture(patterns, run=_run_if_installed)

    def close(self) -> None:
        """Nothing is held open."""


def open_local(rest: str, _opening: Opening) -> LocalTarget:
    """This machine. InputError where something follows the word."""
    if rest:
        raise InputError(f"unknown environment 'local:{rest}'", "the machine itself is just: local")
    return LocalTarget()


def _run_if_installed(command: Command) -> Completed:
    """For reading: a program that is not here is one more thing that cannot be read."""
    if not process.installed(command.argv[0]):
        raise FileNotFoundError(errno.ENOENT, f"{command.argv[0]} is not installed")
    return process.run(command)
