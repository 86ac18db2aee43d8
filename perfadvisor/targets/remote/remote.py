"""A machine that offers only to run commands: a container, an SSH host, a guest. Everything is read by a POSIX shell.

Whoever subclasses gives `exec` and `serve`; files come back in one round trip, commands in a second one.
"""

import contextlib
import re
import secrets
import shlex
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace

from perfadvisor.errors import MeasureError
from perfadvisor.facts.cgroup import paths as cgroup_paths
from perfadvisor.facts.net.nic_settings import KINDS, NETLINK
from perfadvisor.model.tree import Entry, Tree, Unreadable
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import Command, Completed, Server, Target
from perfadvisor.targets.here.own_threads import FAR_MARK
from perfadvisor.targets.remote import sampler, shell_capture

READ_S = 30.0  # a far machine under load still answers within it
MARK = FAR_MARK  # in the environment of everything that is started there, so that all of it can be found
NET = "/sys/class/net"
_NAME = re.compile(r"[\w.@:-]{1,32}\Z")  # a network device's name; what is odd is never put into a command

# Every command's exit code and output behind a line that only this call knows.
COMMANDS = r"""
LC_ALL=C; export LC_ALL
while IFS= read -r line; do
  out=$(eval "$line" 2>&1 </dev/null); code=$?
  printf '%s %s\n%s\n' "$1" "$code" "$out"
done
"""

# Everything with the mark in its environment: what a command started and all that this forked.
KILL = r"""
for process in /proc/[0-9]*; do
  if grep -q "$1" "$process/environ" 2>/dev/null; then kill -9 "${process#/proc/}" 2>/dev/null; fi
done; true
"""


# Runs the rest of its arguments and watches its own standard input meanwhile: that ends when whoever started it dies or
# the connection does, and then everything with the mark is ended, several times over: a task that was just forked has
# no mark yet. While the tool runs both shells sleep.
LIFELINE = r"""
mark=$1; shift
exec 3<&0
PERFADVISOR_TASK=${mark#*=} "$@" </dev/null 3<&- &
task=$!
( while read -r _ <&3; do :; done
  kill -9 $$
  set -- "$mark"
  for round in 1 2 3 4 5; do KILL
    sleep 1
  done
) >/dev/null 2>&1 &
watch=$!
wait "$task"; code=$?
kill -9 "$watch" 2>/dev/null
exit "$code"
""".replace("KILL\n", KILL)


class RemoteTarget(Target):
    """One machine behind `exec`. With `lifeline` a shell there ends what was started when the connection to it ends."""

    lifeline = False
    read_s = READ_S
    same_groups = False  # whether whatever is started there is always in the same control groups
    _known_groups: tuple[str, ...] | None = None

    def __init__(self, spec: Spec) -> None:
        self._spec = spec

    @abstractmethod
    def exec(self, command: Command) -> Completed:
        """Run one command there to its end or the time-out; nothing is cleaned up."""

    @abstractmethod
    def start(self, command: Command) -> Server:
        """Start one command there that runs beside the others."""

    @property
    def spec(self) -> Spec:
        """What was given to --env."""
        return self._spec

    def run(self, command: Command) -> Completed:
        """Run to the end or the time-out; whatever it started there is ended too, also on an interrupt."""
        marked, mark = self._marked(command)
        try:
            completed = self.exec(marked)
        except BaseException:
            self.kill(mark)
            raise
        if completed.timed_out:
            self.kill(mark)
        return replace(completed, command=command)

    def serve(self, command: Command) -> Server:
        """Start a program that runs beside the others."""
        marked, mark = self._marked(command)
        return _RemoteServer(self, self.start(marked), mark)

    def _marked(self, command: Command) -> tuple[Command, str]:
        """The command so that everything it starts can be found again, and what to look for."""
        mark = f"{MARK}={secrets.token_hex(12)}"
        if not self.lifeline or command.stdin:
            return replace(command, environment={**command.environment, MARK: mark.partition("=")[2]}), mark
        argv = (*self.shell(), LIFELINE, "task", mark, *command.argv)
        return replace(command, argv=argv, hold_stdin=True), mark

    def kill(self, mark: str) -> None:
        """End everything there with this mark; a machine that is gone has nothing left to end."""
        with contextlib.suppress(MeasureError):
            self.exec(Command(argv=(*self.shell(), KILL, "kill", mark), timeout_s=READ_S))

    def beside(self, command: Command, block: str) -> Command:
        """The command below a shell that reads the gauges there."""
        return replace(command, argv=(*self.shell(), sampler.SCRIPT, "sampler", block, *command.argv))

    def shell(self) -> tuple[str, ...]:
        """What runs a script given as the next argument."""
        return ("sh", "-c")

    def tree(self, patterns: Sequence[str]) -> Tree:
        """What the patterns name, read now; a machine that does not answer gives a tree without a file."""
        files = self.files(patterns)
        wanted = tuple(_sources(patterns, files))
        return files.merged([Tree(dict(self._outputs(wanted)))]) if wanted else files

    def files(self, patterns: Sequence[str]) -> Tree:
        """The files among the patterns, `{cgroup}` filled in with the groups of a process there."""
        grouped = [pattern for pattern in patterns if "{cgroup}" in pattern]
        groups = self._groups() if grouped else ()
        filled = [pattern.replace("{cgroup}", group) for pattern in grouped for group in groups]
        return self._read([*(pattern for pattern in patterns if "{" not in pattern), *filled])

    def _groups(self) -> tuple[str, ...]:
        if self._known_groups is not None and self.same_groups:
            return self._known_groups
        own = self._read([cgroup_paths.SELF])
        self._known_groups = tuple(group for group in cgroup_paths.groups(own) if not re.search(r"[\s*?\[{]", group))
        return self._known_groups

    def _read(self, patterns: Sequence[str]) -> Tree:
        script, paths = shell_capture.script(patterns)
        if not paths:
            return Tree({})
        try:
            done = self.exec(Command(argv=(*self.shell(), script), timeout_s=self.read_s, stdin=paths))
        except MeasureError as error:
            return Tree({cgroup_paths.SELF: Unreadable(error.message)})
        return Tree(shell_capture.parse(done.stdout))

    def _outputs(self, sources: Sequence[str]) -> Iterator[tuple[str, Entry]]:
        mark = f"={secrets.token_hex(8)}="
        lines = "".join(shlex.join(shlex.split(command_text(source))) + "\n" for source in sources)
        try:
            command = Command(argv=(*self.shell(), COMMANDS, "read", mark), timeout_s=self.read_s, stdin=lines.encode())
            answer = self.exec(command).stdout
        except MeasureError as error:
            yield from ((source, Unreadable(error.message)) for source in sources)
            return
        answers = re.split(rb"^" + mark.encode() + rb" (\d+)\n", answer, flags=re.MULTILINE)[1:]
        for source, code, said in zip(sources, answers[0::2], answers[1::2], strict=False):
            yield from output_entries(source, int(code), said)


def _sources(patterns: Sequence[str], files: Tree) -> Iterator[str]:
    """The commands and netlink requests among the patterns, for every network device there."""
    names = [name for name in files.names(NET) if _NAME.match(name)]
    nics = [name for name in names if not isinstance(files.entry(f"{NET}/{name}"), bytes)]
    for pattern in patterns:
        if not is_command(pattern):
            continue
        if "{nic}" in pattern:
            yield from (pattern.replace("{nic}", nic) for nic in nics)
        elif "{device_nic}" in pattern:
            with_device = (nic for nic in nics if files.exists(f"{NET}/{nic}/device"))
            yield from (pattern.replace("{device_nic}", nic) for nic in with_device)
        else:
            yield pattern


def _ethtool(source: str) -> str:
    """The option of ethtool that prints what a netlink request asks for, "" for all other sources."""
    kind = source.removeprefix(f"{NETLINK}/").split("/")[0] if source.startswith(f"{NETLINK}/") else ""
    return KINDS[kind][0] if kind in KINDS else ""


def is_command(pattern: str) -> bool:
    """Whether a command answers the pattern: one of its own, or the text of ethtool in the place of netlink."""
    return pattern.startswith("$ ") or bool(_ethtool(pattern))


def command_text(source: str) -> str:
    """The command line that answers a source."""
    option = _ethtool(source)
    return f"ethtool {option} {source.rsplit('/', 1)[-1]}" if option else source.removeprefix("$ ")


def output_entries(source: str, code: int, said: bytes) -> Iterator[tuple[str, Entry]]:
    """Text under the name of the command that printed it, as facts look for it; a failure under the source's own."""
    if code == 0:
        yield f"$ {command_text(source)}", said
        return
    lines = said.decode("utf-8", "replace").strip().splitlines()
    missing = code in (126, 127)
    program = command_text(source).split()[0]
    why = f"{program} is not installed" if missing else f"exit code {code}: {lines[-1] if lines else 'no message'}"
    yield source, Unreadable(why)


class _RemoteServer:
    """A program that runs there; ended with everything it started."""

    def __init__(self, target: RemoteTarget, server: Server, mark: str) -> None:
        self._target = target
        self._server = server
        self._mark = mark

    def stop(self) -> Completed:
        """End it, and say what came of it."""
        self._target.kill(self._mark)
        return self._server.stop()
