"""From what was given to --env to the machine meant. A kind of target is a module and one line here."""

from difflib import get_close_matches
from importlib import import_module

from perfadvisor.errors import InputError
from perfadvisor.targets.base import Target
from perfadvisor.targets.opening import Opening

# kind -> module and function, imported when it is first asked for; called with what follows the colon and an Opening
KINDS = {
    "local": "perfadvisor.targets.here.local:open_local",
    "docker": "perfadvisor.targets.container.container:open_docker",
    "podman": "perfadvisor.targets.container.container:open_podman",
    "ssh": "perfadvisor.targets.ssh.ssh:open_ssh",
    "vm": "perfadvisor.targets.vm.vm:open_vm",
    "libvirt": "perfadvisor.targets.libvirt.libvirt:open_libvirt",
}


def open_target(spec: str, opening: Opening | None = None) -> Target:
    """The target of "local", "docker:IMAGE", "ssh:USER@HOST", ...; the caller closes it. InputError for a spec that
    means nothing, MeasureError for a machine that cannot be reached or made."""
    module, name = KINDS[kind_of(spec)].split(":")
    rest = spec.partition(":")[2]
    target: Target = getattr(import_module(module), name)(rest, opening or Opening())
    return target


def kind_of(spec: str) -> str:
    """The word before the colon. InputError, with the nearest kind there is, for one that means nothing."""
    kind = spec.partition(":")[0]
    if kind not in KINDS:
        near = get_close_matches(kind, KINDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(KINDS)}"
        raise InputError(f"unknown environment {spec!r}", hint)
    return kind
