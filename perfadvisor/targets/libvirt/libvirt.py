"""An existing guest of libvirt: `libvirt:DOMAIN[,uri=URI][,ssh=USER@HOST[:PORT]]`.

Its definition and its host come through libvirt, commands through the guest agent that libvirt talks to, or over SSH.
"""

from typing import cast

from perfadvisor.errors import MeasureError
from perfadvisor.model.tree import Tree
from perfadvisor.specs.kinds.libvirt import DEFAULT_URI, DOMAIN, OVER_SSH, URI
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.agent.guest_agent import GuestAgent
from perfadvisor.targets.agent.json_socket import JsonSocket
from perfadvisor.targets.base import Command, Completed, Server, Target
from perfadvisor.targets.libvirt.connection import Domain
from perfadvisor.targets.opening import Opening
from perfadvisor.targets.remote.remote import RemoteTarget


class Agent(GuestAgent):
    """The guest agent behind libvirt: libvirt holds its port, so there is none to say that a command is over."""

    def __init__(self, domain: Domain) -> None:
        self._channel = cast(JsonSocket, domain)  # it answers `ask` just so; nothing else of a socket is used
        self._done_node = ""
        self._done = None


class LibvirtTarget(RemoteTarget):
    """A domain that runs. Where it runs on another machine, `host` tells what libvirt knows of that."""

    def __init__(self, spec: Spec, domain: Domain) -> None:
        super().__init__(spec)
        self.domain = domain
        self._agent = Agent(domain)

    @property
    def parent(self) -> str:
        """This machine where the domain runs here."""
        return "local" if self.domain.is_local else ""

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
            f"{self.name}: a server cannot be started through the guest agent", f"{self.spec},ssh=USER@HOST"
        )

    def host(self) -> Tree:
        """The host as libvirt describes it."""
        return self.domain.host()

    def close(self) -> None:
        """The domain runs on as it was."""
        self.domain.close()


def open_libvirt(spec: Spec, _opening: Opening) -> Target:
    """A running domain. InputError without libvirt-python; MeasureError where libvirt, the domain or a way to run
    commands in it is not there."""
    target = LibvirtTarget(spec, Domain(spec.get(DOMAIN) or "", spec.get(URI) or DEFAULT_URI))
    try:
        if machine := spec.get(OVER_SSH):
            from perfadvisor.targets.ssh.ssh import connected

            reached = connected(spec, machine, target.parent)
            target.close()
            return reached
        target.check()
    except BaseException:
        target.close()
        raise
    return target
