"""From what was given to --env to the machine meant. A kind of target is a module and one line here."""

from difflib import get_close_matches
from importlib import import_module

from perfadvisor.errors import InputError
from perfadvisor.targets.base import Target

# kind -> module and class, imported when it is first asked for; called with what follows the colon
KINDS = {"local": "perfadvisor.targets.local:LocalTarget"}


def open_target(spec: str) -> Target:
    """The target of "local", "docker:IMAGE", "ssh:USER@HOST", ...; the caller closes it. InputError for all else."""
    kind, _, rest = spec.partition(":")
    if kind not in KINDS:
        near = get_close_matches(kind, KINDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(KINDS)}"
        raise InputError(f"unknown environment {spec!r}", hint)
    if kind == "local" and rest:
        raise InputError(f"unknown environment {spec!r}", "the machine itself is just: local")
    module, name = KINDS[kind].split(":")
    target: Target = getattr(import_module(module), name)(*filter(None, [rest]))
    return target
