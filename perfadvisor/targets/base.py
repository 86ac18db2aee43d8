"""How to reach a machine: the small protocol behind every --env, and the records it speaks in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from perfadvisor.model.result import Path
from perfadvisor.model.tree import Tree


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A PCI function whose IOMMU group may be opened through VFIO: its address and the group's number."""

    address: str
    group: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """An argv, never a shell line. `timeout_s` bounds it; `environment` is added to LC_ALL=C and the PATH. With
    `hold_stdin` its standard input stays open, and ends only when perfadvisor does or ends the command."""

    argv: tuple[str, ...]
    timeout_s: float
    stdin: bytes = b""
    environment: Mapping[str, str] = field(default_factory=dict)
    hold_stdin: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Completed:
    """A finished command: exit code (negative: the signal; 124: the time-out), its output, and how long it took."""

    command: Command
    returncode: int
    stdout: bytes
    stderr: bytes
    duration_s: float
    timed_out: bool = False


class Server(Protocol):
    """A command left running for the others, `iperf3 -s` for one; `stop` ends it and everything it forked."""

    def stop(self) -> Completed: ...


class Target(Protocol):
    """One machine. `tree` takes patterns: path globs ("/sys/class/net/*/mtu"), "$ argv" and "netlink:..." sources,
    where `{nic}` and the like stand for every such subject of the machine."""

    name: str
    spec: str

    def run(self, command: Command) -> Completed: ...

    def serve(self, command: Command) -> Server: ...

    def tree(self, patterns: Sequence[str]) -> Tree: ...

    def close(self) -> None: ...


@runtime_checkable
class Hosted(Protocol):
    """A guest or container: `parent` is the spec of the machine it runs on ("local")."""

    parent: str


@runtime_checkable
class SeenFromOutside(Protocol):
    """A guest of which the machine it runs on counts something."""

    def outside(self) -> Tree:
        """Counts read now on this machine, each source marked with `host:`."""
        ...


@runtime_checkable
class HasFunctions(Protocol):
    """A machine that may be given PCI functions of its host: `passed`, empty where it was given none."""

    passed: tuple[Passed, ...]


@runtime_checkable
class Noted(Protocol):
    """A machine about which a reader of its results must know something: `note`, "" for nothing."""

    @property
    def note(self) -> str: ...


@runtime_checkable
class OwnDisk(Protocol):
    """A machine whose test file does not lie on this one."""

    def make_file(self, size_bytes: int, write: Callable[[str], None]) -> tuple[Path, str]:
        """A new file there, filled by `write`, which is given its name; returns its way to the disk and what a reader
        must know of it. The target takes it away again. MeasureError where it cannot be made."""
        ...


@runtime_checkable
class OwnPrograms(Protocol):
    """A machine that has its tools under other names than this one."""

    def program(self, tool: str) -> str:
        """The path of fio, iperf3 or dmabench there, "" where its name finds it."""
        ...


@runtime_checkable
class Choosy(Protocol):
    """A machine that forbids some work."""

    def forbids(self, parameters: Mapping[str, object]) -> str:
        """Why a workload with these parameters cannot run there and what would unlock it; "" where it can."""
        ...
