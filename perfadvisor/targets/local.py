"""This machine."""

from collections.abc import Sequence

from perfadvisor.model.tree import Tree
from perfadvisor.targets import process
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.capture import capture


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
        return capture(patterns, run=process.run)

    def close(self) -> None:
        """Nothing is held open."""
