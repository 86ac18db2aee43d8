"""What follows `ssh:` in a spec: USER@HOST, HOST:PORT, USER@[ADDRESS]:PORT, and options behind commas."""

import re
from dataclasses import dataclass

from perfadvisor.errors import InputError

_USER = re.compile(r"[A-Za-z0-9_][\w.-]{0,63}\$?\Z")
_HOST = re.compile(r"[A-Za-z0-9_][\w.-]{0,253}\Z|\[[0-9A-Fa-f:.%\w]{2,64}\]\Z")
EXAMPLE = "for example ssh:root@server or ssh:root@192.0.2.1:2222"


@dataclass(frozen=True, kw_only=True)
class Address:
    """One machine; an empty `user` or `port` leaves the choice to ssh_config(5). `directory` is where its test file
    goes, `config` an ssh_config(5) file to use instead of the user's, and `name` what its environment is called."""

    host: str
    user: str = ""
    port: str = ""
    directory: str = "/var/tmp"  # noqa: S108 (unlike /tmp never in memory: Filesystem Hierarchy Standard, 5.15)
    config: str = ""
    name: str = ""

    @property
    def destination(self) -> str:
        """As the ssh command takes it."""
        return f"{self.user}@{self.host}" if self.user else self.host


def parse(rest: str, spec: str) -> Address:
    """The machine meant. InputError for what could be anything else, a leading dash above all."""
    place, *words = rest.split(",")
    user, _, address = place.rpartition("@")
    host, port = _host(address)
    if not _HOST.match(host) or (user and not _USER.match(user)) or not _is_port(port):
        raise InputError(f"{spec}: not a machine to reach by ssh", EXAMPLE)
    options = dict(_option(word, spec) for word in words)
    return Address(host=host.strip("[]"), user=user, port=port, **options)


def _host(address: str) -> tuple[str, str]:
    if address.startswith("["):
        host, _, port = address.partition("]")
        return host + "]", port.removeprefix(":")
    host, _, port = address.partition(":")
    return host, port


def _is_port(port: str) -> bool:
    return not port or (port.isascii() and port.isdecimal() and len(port) < 6 and 0 < int(port) < 65536)


def _option(word: str, spec: str) -> tuple[str, str]:
    key, _, value = word.partition("=")
    good = {"dir": value.startswith("/"), "config": value.startswith("/"), "name": bool(_USER.match(value))}
    if not good.get(key):
        raise InputError(f"{spec}: unknown option {word!r}", "known: dir=/DIRECTORY, config=/FILE, name=NAME")
    return {"dir": "directory"}.get(key, key), value
