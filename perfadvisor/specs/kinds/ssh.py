"""Machines reached over SSH."""

import re
from dataclasses import dataclass

from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.option import MainArgument, Option, ValueReader
from perfadvisor.specs.readers import PATH

_USER = re.compile(r"[A-Za-z0-9_][\w.-]{0,63}\$?", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9_][\w.-]{0,253}|\[[0-9A-Fa-f:.%\w]{2,64}\]", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
DEFAULT_DIRECTORY = "/var/tmp"  # noqa: S108 (unlike /tmp never in memory: Filesystem Hierarchy Standard, 5.15)


@dataclass(frozen=True, kw_only=True)
class SshAddress:
    """USER@HOST:PORT; an empty `user` or `port` leaves the choice to ssh_config(5)."""

    host: str
    user: str = ""
    port: str = ""

    @property
    def destination(self) -> str:
        """As the ssh command takes it."""
        return f"{self.user}@{self.host}" if self.user else self.host


def machine_of(text: str) -> SshAddress:
    """The machine meant; nothing that could be anything else, a leading dash above all."""
    user, at, address = text.rpartition("@")
    host, port = _host(address)
    if not _HOST.fullmatch(host) or (at and not _USER.fullmatch(user)) or not _is_port(port):
        raise ValueError(text)
    return SshAddress(host=host.strip("[]"), user=user, port=port)


def _host(address: str) -> tuple[str, str]:
    if address.startswith("["):
        host, _, port = address.partition("]")
        return host + "]", port.removeprefix(":")
    host, _, port = address.partition(":")
    return host, port


def _is_port(port: str) -> bool:
    return not port or (_PORT.fullmatch(port) is not None and 0 < int(port) < 65536)


MACHINE_TEXT = ValueReader(what="USER@HOST[:PORT]", read=machine_of)
MACHINE = MainArgument(
    key="machine", reader=MACHINE_TEXT, example="root@server", meaning="`USER@HOST[:PORT]`, `root@[2001:db8::1]:2222`"
)
DIRECTORY = Option(
    name="dir", reader=PATH, example="/srv", default=DEFAULT_DIRECTORY, meaning="the directory of the test file there"
)
CONFIG = Option(
    name="config",
    reader=PATH,
    example="/etc/ssh/bench",
    default="~/.ssh/config",
    meaning="an ssh_config(5) file to use instead of yours",
)

SSH = EnvironmentOptions(
    name="ssh",
    meaning="another machine over SSH",
    opener="perfadvisor.targets.ssh.ssh:open_ssh",
    places=(MACHINE,),
    needs_place=True,
    options=(DIRECTORY, CONFIG),
)
