"""An existing guest of libvirt: `libvirt:DOMAIN[,uri=URI][,ssh=USER@HOST[:PORT]]`.

Its definition and its host come through libvirt, commands through the guest agent that libvirt talks to, or over SSH.
"""

from dataclasses import dataclass
from typing import cast

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.model.tree import Tree
from perfadvisor.targets.agent.guest_agent import GuestAgent
from perfadvisor.targets.agent.json_socket import JsonSocket
from perfadvisor.targets.base import Command, Completed, Server, Target
from perfadvisor.targets.libvirt.connection import DEFAULT_URI, Domain
from perfadvisor.targets.opening import Opening
from perfadvisor.targets.remote.remote import RemoteTarget


@dataclass(frozen=True, kw_only=True, slots=True)
class Spec:
    """What follows `libvirt:`."""

    domain: str
    uri: str = DEFAULT_URI
    ssh: str = ""


def parse(rest: str) -> Spec:
    """InputError for a spec that names no domain or an unknown option."""
    domain, *options = rest.split(",")
    given = dict(option.partition("=")[::2] for option in options)
    unknown = sorted(given.keys() - {"uri", "ssh"})
    if not domain or unknown:
        what = f"unknown option {unknown[0]!r}" if unknown else "the domain is missing"
        raise InputError(f"libvirt:{rest}: {what}", "libvirt:DOMAIN[,uri=URI][,ssh=USER@HOST[:PORT]]")
    return Spec(domain=domain, uri=given.get("uri") or DEFAULT_URI, ssh=given.get("ssh", ""))


class Agent(GuestAgent):
    """The guest agent behind libvirt: libvirt holds its port, so there is none to say that a command is over."""

    def __init__(self, domain: Domain) -> None:
        self._channel = cast(JsonSocket, domain)  # it answers `ask` just so; nothing else of a socket is used
        self._done_node = ""
        self._done = None


class LibvirtTarget(RemoteTarget):
    """A domain that runs. `parent` is this machine where the domain runs here, else nothing: then `host` tells what
    libvirt knows of it."""

    def __init__(self, spec: Spec, domain: Domain) -> None:
        self.name = f"libvirt:{spec.domain}"
        self.spec = self.name + ("" if spec.uri == DEFAULT_URI else f",uri={spec.uri}")
        self.parent = "local" if domain.is_local else ""
        self.domain = domain
        self._agent = Agent(domain)

    def check(self) -> None:
        """MeasureError with what to do where the guest agent does not answer."""
        self.domain.ask("guest-ping")

    def exec(self, command: Command) -> Completed:
        """Run one command in the guest."""
        return self._agent.run(command)

    def start(self, command: Command) -> Server:
        """The agent runs one command at a time."""
        del command
        raise MeasureError(
            f"{self.name}: a server cannot be started through the guest agent", f"{self.name},ssh=USER@HOST"
        )

    def host(self) -> Tree:
        """The host as libvirt describes it."""
        return self.domain.host()

    def close(self) -> None:
        """The domain runs on as it was."""
        self.domain.close()


def open_libvirt(rest: str, opening: Opening) -> Target:
    """A running domain. InputError for a spec that means nothing or without libvirt-python; MeasureError where libvirt,
    the domain or a way to run commands in it is not there."""
    spec = parse(rest)
    target = LibvirtTarget(spec, Domain(spec.domain, spec.uri))
    try:
        if spec.ssh:
            from perfadvisor.targets.ssh.ssh import open_ssh

            return _over_ssh(target, open_ssh(spec.ssh, opening))
        target.check()
    except BaseException:
        target.close()
        raise
    return target


def _over_ssh(target: LibvirtTarget, reached: Target) -> Target:
    """The guest as SSH reaches it, under its domain's name."""
    reached.name, reached.spec = target.name, target.spec
    if target.parent:
        setattr(reached, "parent", target.parent)  # noqa: B010 (an SSH target has none; this makes it hosted)
    target.close()
    return reached
