"""Another machine over SSH: agentless, a POSIX shell is enough, and nothing of ours runs there but the tools."""

import platform
import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.facts import catalogue
from perfadvisor.facts.block import io_path
from perfadvisor.model.result import IoPath
from perfadvisor.specs.kinds.ssh import CONFIG, DEFAULT_DIRECTORY, DIRECTORY, MACHINE, SshAddress
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import Command, Completed, Server
from perfadvisor.targets.changing import journal
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.storage_file import MEMORY, NOTED
from perfadvisor.targets.changing.undo import undone_by
from perfadvisor.targets.engine import PROBE_S, refused_by_the_kernel
from perfadvisor.targets.here.dmabench_build import own_program
from perfadvisor.targets.here.process import serve
from perfadvisor.targets.opening import Opening
from perfadvisor.targets.remote import tools_image
from perfadvisor.targets.remote.remote import RemoteTarget
from perfadvisor.targets.ssh.connection import LOST, Connection
from perfadvisor.tools.catalogue import TOOLS

SEND_S = 600.0
CUT = b"the SSH connection was cut"

# Free bytes, device number and file system of a directory that is a directory.
LOOK = r"""
[ -d "$1" ] && [ -w "$1" ] || exit 1
df -Pk "$1" | tail -n 1
stat -c '%d' "$1" 2>/dev/null || stat -f '%d' "$1"
"""
# A new directory that only this user may enter, and in it the archive that comes in; its name is the answer.
UNPACK = r"""
set -e
umask 077
for place in "${XDG_RUNTIME_DIR:-}" /tmp /var/tmp "$HOME"; do
  [ -n "$place" ] && [ -d "$place" ] || continue
  mkdir "$place/$1" 2>/dev/null || continue
  printf '#!/bin/sh\nexit 0\n' >"$place/$1/try" && chmod +x "$place/$1/try" && "$place/$1/try" 2>/dev/null && break
  rm -rf "$place/$1"
done
cd "$place/$1"
tar -xf -
pwd
"""
REMOVE = 'for place in "${XDG_RUNTIME_DIR:-/tmp}" /tmp /var/tmp "$HOME"; do rm -rf "$place/$1"; done'


class SshTarget(RemoteTarget):
    """A machine reached by ssh. What is made there is written down here before, and taken away at the end."""

    lifeline = True

    def __init__(self, spec: Spec, connection: Connection, machine: str, parent: str = "") -> None:
        super().__init__(spec)
        self._parent = parent
        self.connection = connection
        self.machine = machine
        self._sent: dict[str, str] = {}
        self._book: Journal | None = None

    @property
    def parent(self) -> str:
        """This machine where libvirt says that it is a guest of it."""
        return self._parent

    @property
    def own_disk(self) -> bool:
        """Its files lie there."""
        return True

    def exec(self, command: Command) -> Completed:
        """Run one command there. A connection that breaks meanwhile is exit code 255, with the reason; for the next
        command it is made anew. MeasureError where the machine cannot be reached any more."""
        self.connection.revive()
        done = self.connection.run(command)
        if done.returncode == LOST and not done.timed_out:
            return replace(done, stderr=done.stderr + b"\n" + CUT + b": " + self.spec.text.encode())
        return done

    def start(self, command: Command) -> Server:
        """Start one command there."""
        self.connection.revive()
        return serve(self.connection.command(command))

    def program(self, tool: str) -> str:
        """The tool's path: found there by name, or sent over from here where the machines are of one kind."""
        if tool not in self._sent:
            self._sent[tool] = self._find(tool)
        return self._sent[tool]

    def forbids(self, engine: str, probe: Sequence[str]) -> str:
        """What its kernel refuses."""
        return refused_by_the_kernel(engine, self.exec(Command(argv=tuple(probe), timeout_s=PROBE_S)))

    def _find(self, tool: str) -> str:
        program = TOOLS[tool].PROGRAM
        there = self.exec(Command(argv=("sh", "-c", 'command -v "$1"', "find", program.name), timeout_s=20.0))
        if there.returncode == 0 and not program.built:
            return ""
        if self.machine != platform.machine():
            raise MeasureError(
                f"{self.name}: {program.name} is missing there, and this machine's own does not run on {self.machine}",
                f"there, {program.hint}",
            )
        return self._send(tool)

    def _send(self, tool: str) -> str:
        """The tool with its libraries, and a script that starts it with them."""
        program, built = TOOLS[tool].PROGRAM, own_program(tool)
        tool, path = program.name, Path(built) if built else tools_image.find(program.name)
        if path is None:
            raise MeasureError(f"{self.name}: {tool} is missing there and here", program.hint)
        files = tools_image.contents({tool: path})
        folder = f"perfadvisor-{secrets.token_hex(6)}"
        self._record(("sh", "-c", REMOVE, "remove", folder), f"tools in {folder}")
        with tempfile.TemporaryDirectory(prefix="perfadvisor-") as scratch:
            archive = Path(scratch) / "tools.tar"
            tools_image.write(files, archive, shell=False)
            unpack = ("sh", "-c", UNPACK, "unpack", folder)
            done = self.exec(Command(argv=unpack, timeout_s=SEND_S, stdin=archive.read_bytes()))
        place = done.stdout.decode("utf-8", "replace").strip()
        if done.returncode != 0 or not place.endswith(folder):
            said = done.stderr.decode("utf-8", "replace").strip()[-300:]
            raise MeasureError(f"{self.name}: {tool} could not be sent there: {said}", f"there, {program.hint}")
        return self._starter(place, tool, files)

    def _starter(self, place: str, tool: str, files: Mapping[str, Path]) -> str:
        loader = next((name for name in files if Path(name).name.startswith("ld-")), "")
        if not loader:
            return f"{place}/bin/{tool}"
        folders = ":".join(dict.fromkeys(f"{place}/{Path(name).parent}" for name in files if "/lib" in f"/{name}"))
        text = f'#!/bin/sh\nexec {place}/{loader} --library-path {folders} {place}/bin/{tool} "$@"\n'
        script = f"{place}/{tool}"
        write = ("sh", "-c", 'cat >"$1" && chmod 700 "$1"', "write", script)
        self.exec(Command(argv=write, timeout_s=20.0, stdin=text.encode()))
        return script

    def make_file(self, size_bytes: int, write: Callable[[str], None]) -> tuple[IoPath, str]:
        """A new test file there. MeasureError where it does not fit, cannot be written or would lie in memory."""
        directory = self.spec.get(DIRECTORY) or DEFAULT_DIRECTORY
        way = self._way(directory, size_bytes)
        name = f"{directory.rstrip('/')}/perfadvisor-{secrets.token_hex(6)}.data"
        self._record(("rm", "-f", name), name)
        write(name)
        return replace(way, file=name), NOTED.get(way.file_system.split(".")[0], "")

    def _way(self, directory: str, size_bytes: int) -> IoPath:
        done = self.exec(Command(argv=("sh", "-c", LOOK, "look", directory), timeout_s=20.0))
        words = done.stdout.decode("utf-8", "replace").split()
        if done.returncode != 0 or len(words) < 7 or not words[3].isdecimal():
            raise MeasureError(f"{self.name}: {directory} is not a writable directory", f"{self.spec},dir=/DIRECTORY")
        if int(words[3]) * 1024 < 1.05 * size_bytes:
            free, needed = int(words[3]) * 1024 / 1e9, size_bytes / 1e9
            raise MeasureError(
                f"{self.name}: {directory} has {free:.1f} GB free, the test file needs {needed:.1f} GB",
                f"{self.spec},dir=/DIRECTORY",
            )
        number = int(words[-1]) if words[-1].isdecimal() else 0
        major, minor = (number >> 8) & 0xFFF, (number & 0xFF) | ((number >> 12) & 0xFFF00)
        way = io_path.of_file(self.tree(catalogue.PATTERNS), directory, f"{major}:{minor}")
        if way.file_system in MEMORY:
            raise MeasureError(f"{self.name}: {directory} is {way.file_system}: memory, not a disk", "dir=/DIRECTORY")
        return way

    def _record(self, argv: tuple[str, ...], about: str) -> None:
        """Write down how to undo something there, with a connection of its own: the shared one may be gone by then."""
        if self._book is None:
            self._book = journal.begin()
        undo = self.connection.command(Command(argv=argv, timeout_s=30.0), lone=True).argv
        self._book.record(undone_by(undo, f"{about} on {self.name}", lasts_over_reboot=True))

    def close(self) -> None:
        """Take away what was made there, then end the connection."""
        if self._book is not None:
            self._book.close()
        self.connection.close()


def open_ssh(spec: Spec, _opening: Opening) -> SshTarget:
    """A machine by ssh. MeasureError where it does not let us in."""
    machine = spec.get(MACHINE)
    assert machine is not None, "the language asks for it"
    return connected(spec, machine)


def connected(spec: Spec, machine: SshAddress, parent: str = "") -> SshTarget:
    """The environment of this spec, reached at this machine. MeasureError where it does not let us in."""
    connection = Connection(machine, spec.get(CONFIG) or "")
    try:
        return SshTarget(spec, connection, connection.open(), parent)
    except BaseException:
        connection.close()
        raise
