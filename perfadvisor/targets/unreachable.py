"""An environment that could not be reached or made: it stays in the run, with the reason, and the others go on."""

from collections.abc import Sequence

from perfadvisor.errors import MeasureError
from perfadvisor.model.tree import Tree
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import Command, Completed, Server, Target


class Unreachable(Target):
    """Stands where the environment would; `error` says why it is unavailable."""

    def __init__(self, spec: Spec, error: MeasureError) -> None:
        self.error = error
        self._spec = spec

    @property
    def spec(self) -> Spec:
        """What was asked for."""
        return self._spec

    @property
    def refusal(self) -> str:
        """The reason and the next step, in one line."""
        return self.error.with_hint

    def run(self, command: Command) -> Completed:
        """Raises what opening it raised."""
        del command
        raise self.error

    def serve(self, command: Command) -> Server:
        """Raises what opening it raised."""
        del command
        raise self.error

    def tree(self, patterns: Sequence[str]) -> Tree:
        """Nothing was read."""
        del patterns
        return Tree({})

    def close(self) -> None:
        """Nothing is held open."""
