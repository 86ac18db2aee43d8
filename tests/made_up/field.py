"""A made-up kind of machine: this one, behind `env`, which says where a command grew."""

from collections.abc import Sequence
from dataclasses import replace

from perfadvisor.model.tree import Tree
from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.option import MainArgument, Option
from perfadvisor.specs.readers import WORD
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import Command, Completed, Server, Target
from perfadvisor.targets.here import process
from perfadvisor.targets.opening import Opening

CROP = Option(name="crop", reader=WORD, meaning="what grows there", example="wheat", default="grass")
PLOT = MainArgument(key="plot", reader=WORD, meaning="which field", example="north")
FIELD = EnvironmentOptions(
    name="field",
    meaning="a field",
    opener="tests.made_up.field:open_field",
    places=(PLOT,),
    options=(CROP,),
)


class Field(Target):
    """Only what has no default."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec

    @property
    def spec(self) -> Spec:
        """What was asked for."""
        return self._spec

    def run(self, command: Command) -> Completed:
        """Run it here, with the crop in its environment."""
        grown = f"CROP={self.spec.get(CROP) or 'grass'}"
        return process.run(replace(command, argv=("env", grown, *command.argv)))

    def serve(self, command: Command) -> Server:
        """Start it here."""
        return process.serve(command)

    def tree(self, patterns: Sequence[str]) -> Tree:
        """Nothing is known of a field."""
        del patterns
        return Tree({})

    def close(self) -> None:
        """Nothing is held open."""


def open_field(spec: Spec, _opening: Opening) -> Field:
    """The field of this spec."""
    return Field(spec)
