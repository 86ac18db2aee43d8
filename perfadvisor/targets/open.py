"""From what was given to --env to the machine meant."""

from importlib import import_module

from perfadvisor.specs.kinds import KINDS
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import Target
from perfadvisor.targets.opening import Opening


def open_target(spec: Spec, opening: Opening | None = None) -> Target:
    """The machine of this spec; the caller closes it. The kind's module is imported now. InputError for what is missing
    on this machine, MeasureError for a machine that cannot be reached or made."""
    module, name = KINDS[spec.kind].opener.split(":")
    target: Target = getattr(import_module(module), name)(spec, opening or Opening())
    return target
