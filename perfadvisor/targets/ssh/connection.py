"""One shared connection of the system's OpenSSH client: made once, used by every command, ended at the end."""

import re
import shlex
import tempfile
import time
from pathlib import Path

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.specs.kinds.ssh import SshAddress
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.here import private, process

CONNECT_S = 15
LOST = 255  # ssh(1), EXIT STATUS
SILENT_S, SILENT_TIMES = 5, 3  # a connection that says nothing for 15 s is cut
# Never asks anything, never learns a host key by itself, never forwards the user's agent or screen.
OPTIONS = (
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "ControlPersist=no",
    "ForwardAgent=no",
    "ForwardX11=no",
    "LogLevel=ERROR",
    "PermitLocalCommand=no",
    f"ConnectTimeout={CONNECT_S}",
    f"ServerAliveInterval={SILENT_S}",
    f"ServerAliveCountMax={SILENT_TIMES}",
)
_REASONS = (
    (
        re.compile("REMOTE HOST IDENTIFICATION HAS CHANGED|host key .* has changed", re.IGNORECASE),
        "its host key has changed: this may be another machine, or an attacker in between",
        "if the change is known: ssh-keygen -R {host}, then log in once by hand",
    ),
    (
        re.compile("Host key verification failed|No .* host key is known", re.IGNORECASE),
        "its host key is not known here",
        "log in once by hand and compare the key's fingerprint: ssh {destination}",
    ),
    (
        re.compile("Permission denied", re.IGNORECASE),
        "it does not let this user in",
        "set up a key that needs no password: ssh-copy-id {destination}",
    ),
    (re.compile("Could not resolve", re.IGNORECASE), "its name is not known", "check the name"),
    (
        re.compile("refused|timed out|No route|unreachable", re.IGNORECASE),
        "it cannot be reached",
        "check the address, the port and that sshd runs there",
    ),
)


def _refuse_config(config: str) -> None:
    """InputError for an ssh_config(5) that others can write: a ProxyCommand in it runs a program here."""
    if not config:
        return
    file = Path(config).resolve()
    if not file.is_file():
        raise InputError(f"ssh: config={config}: no such file", "check the path")
    if not private.may_be_obeyed(file):
        raise InputError(
            f"ssh: config={config}: other users can write to it, and it can run programs", f"chmod 600 {file}"
        )


class Connection:
    """A way to run commands on one machine; `config` is an ssh_config(5) file to use instead of the user's."""

    def __init__(self, address: SshAddress, config: str = "") -> None:
        _refuse_config(config)
        self.address = address
        self._config = config
        self._folder = tempfile.TemporaryDirectory(prefix="pa-ssh-")  # short: a socket's path has 107 bytes
        self.control = Path(self._folder.name) / "c"

    def argv(self, *options: str) -> tuple[str, ...]:
        """An ssh command line up to and with the destination. What is given first wins (ssh_config(5)), so nothing in
        the user's own file can take the safety away."""
        port = ("-p", self.address.port) if self.address.port else ()
        file = ("-F", self._config) if self._config else ()
        words = (word for option in (*OPTIONS, *options) for word in ("-o", option))
        return ("ssh", "-T", *file, *words, *port, "--", self.address.destination)

    def command(self, command: Command, *, lone: bool = False) -> Command:
        """The command as it is run from here: the far shell gets one line, quoted word by word. A `lone` one makes a
        connection of its own, for when the shared one is gone."""
        shared = "none" if lone else str(self.control)
        environment = [f"{name}={value}" for name, value in {"LC_ALL": "C", **command.environment}.items()]
        line = shlex.join(["env", *environment, *command.argv])
        return Command(
            argv=(*self.argv("ControlMaster=no", f"ControlPath={shared}"), line),
            timeout_s=command.timeout_s,
            stdin=command.stdin,
            hold_stdin=command.hold_stdin,
        )

    def run(self, command: Command) -> Completed:
        """Run there to its end or the time-out. A connection that is lost gives exit code 255 and is named."""
        return process.run(self.command(command))

    def open(self) -> str:
        """Connect and return what kind of machine answers (`uname -m`). MeasureError in one line where that fails.

        The shared connection is a process of its own: below the command that happened to start it, it would end with
        that."""
        argv = self.argv("ControlMaster=yes", f"ControlPath={self.control}", "SessionType=none")
        self._master = process.serve(Command(argv=argv, timeout_s=3600.0))
        deadline = time.monotonic() + 2 * CONNECT_S
        while not self.control.exists() and time.monotonic() < deadline and not self._master.wait(0.02):
            pass
        if not self.control.exists():
            raise self.failure(self._master.stop().stderr.decode("utf-8", "replace"))
        done = self.run(Command(argv=("uname", "-m"), timeout_s=2 * CONNECT_S))
        if done.returncode != 0:
            raise self.failure((done.stderr or done.stdout).decode("utf-8", "replace"))
        return done.stdout.decode("utf-8", "replace").strip()

    def revive(self) -> None:
        """Connect again after the connection was lost; a machine that stays away stays lost."""
        if not self._master.running():
            self._master.stop()
            self.control.unlink(missing_ok=True)
            self.open()

    def failure(self, said: str) -> MeasureError:
        """What ssh complained about, as one line with a next step."""
        spec = f"ssh:{self.address.destination}"
        for pattern, why, hint in _REASONS:
            if pattern.search(said):
                words = {"host": self.address.host, "destination": self.address.destination}
                return MeasureError(f"{spec}: {why}", hint.format(**words))
        lines = [line for line in said.strip().splitlines() if line.strip()]
        return MeasureError(f"{spec}: {lines[-1][:300] if lines else 'ssh ended without a word'}", "try it by hand")

    def close(self) -> None:
        """End the connection and take its socket away."""
        if hasattr(self, "_master"):
            self._master.stop()
        self._folder.cleanup()
