"""How to reach a machine: the small protocol behind every --env, and the records it speaks in."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from perfadvisor.errors import MeasureError
from perfadvisor.facts.block import io_path
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree
from perfadvisor.specs.spec import Spec

OWN_NETWORK = "/proc/net"
PORT = 5201  # of iperf3 and of fio's server


def never_gone() -> str:
    """Of a command that needs no device: nothing can go away under it."""
    return ""


@dataclass(frozen=True, kw_only=True)
class VfioFunction:
    """A PCI function whose IOMMU group may be opened through VFIO: its address and the group's number."""

    address: str
    group: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """An argv, never a shell line. `timeout_s` bounds it; `environment` is added to LC_ALL=C and the PATH. With
    `hold_stdin` its standard input stays open, and ends only when perfadvisor does or ends the command. `gone` is asked
    about once a second; as soon as it says why a device is not there any more the command is ended."""

    argv: tuple[str, ...]
    timeout_s: float
    stdin: bytes = b""
    environment: Mapping[str, str] = field(default_factory=dict)
    hold_stdin: bool = False
    gone: Callable[[], str] = field(default=never_gone, compare=False, repr=False)


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


@dataclass(frozen=True, kw_only=True)
class NetworkEnds:
    """The two ends of a network test. `client` goes in front of the client's command,
    `server` of one at the far end where that is a namespace of ours. `serve` starts a server's command
    at the far end and returns when it listens on `port`. `host` is the far end as the client sees it, `bind` the
    address the server listens on, `nic` the interface the client's bytes leave by ("" where they leave by none) and
    `note` what a reader must know. `counted_at` is where the client's target finds the counters of the network
    namespace in which the client runs."""

    serve: Callable[[tuple[str, ...]], Server]
    host: str
    port: int = PORT
    bind: str = ""
    client: tuple[str, ...] = ()
    server: tuple[str, ...] = ()
    nic: str = ""
    note: str = ""
    counted_at: str = OWN_NETWORK
    close: Callable[[], None] = field(default=lambda: None)

    def path(self, machine: Tree) -> IoPath:
        """The way the client's bytes leave by; empty where they stay on the machine."""
        return io_path.of_nic(machine, self.nic) if self.nic else IoPath()


class Target(Protocol):
    """One machine. A kind of machine inherits from it: what has a default here most kinds have no need of, and a type
    checker names what a new kind forgot. `tree` takes patterns: path globs ("/sys/class/net/*/mtu"), "$ argv" and
    "netlink:..." sources, where `{nic}` and the like stand for every such subject of the machine."""

    @property
    def spec(self) -> Spec:
        """What was given to --env."""
        ...

    @abstractmethod
    def run(self, command: Command) -> Completed:
        """Run to the end or the time-out. MeasureError where the program or the machine is not there."""

    @abstractmethod
    def serve(self, command: Command) -> Server:
        """Start a program that runs beside the others."""

    @abstractmethod
    def tree(self, patterns: Sequence[str]) -> Tree:
        """What the patterns name, read now."""

    @abstractmethod
    def close(self) -> None:
        """Leave the machine as it was found."""

    # --- what it is ---

    @property
    def name(self) -> str:
        """What its environment is called, unique within a run."""
        return self.spec.name

    @property
    def parent(self) -> str:
        """The kind of the machine it runs on: "local" for a guest or container of this one, "" for none."""
        return ""

    @property
    def refusal(self) -> str:
        """Why nothing can be measured on it, "" where something can."""
        return ""

    @property
    def note(self) -> str:
        """What a reader of its results must know, "" for nothing."""
        return ""

    @property
    def emulated(self) -> bool:
        """Whether it is a guest without hardware virtualisation."""
        return False

    @property
    def own_disk(self) -> bool:
        """Whether its test file lies on a disk that this machine does not see."""
        return False

    # --- what a trial needs ---

    def program(self, tool: str) -> str:
        """The path of a tool there, "" where its name finds it. MeasureError where it is unavailable."""
        del tool
        return ""

    def forbids(self, engine: str, probe: Sequence[str]) -> str:
        """Why this interface of the kernel cannot be used there and what would unlock it, "" where it can; `probe` is a
        command that tries it."""
        del engine, probe
        return ""

    def function(self, lent: VfioFunction | None) -> VfioFunction:
        """The PCI function that its trials may open through VFIO; `lent` is the one bound for this machine's own
        trials. MeasureError, with how to give it one, where it has none."""
        del lent
        raise MeasureError("measured on this machine and in its containers only", "--env local --vfio BDF")

    def link(self) -> NetworkEnds:
        """The two ends of network tests where the user named no far end: the client runs there."""
        raise MeasureError(f"{self.name}: network tests of it need a far end", "name it: --peer ssh:USER@HOST")

    def link_here(self, address: str) -> NetworkEnds | None:
        """The two ends where the far one is this machine by its `address`; None where the kernel knows the way."""
        del address
        return None

    def make_file(self, size_bytes: int, write: Callable[[str], None]) -> tuple[IoPath, str]:
        """A new file on a disk of its own, filled by `write`, which is given its name; returns its way to the disk and
        what a reader must know of it. The target takes it away again. MeasureError where it cannot be made."""
        del size_bytes, write
        raise MeasureError(f"{self.name}: no test file can be made there")

    def node_for(self, file: Path, writable: bool) -> tuple[str, IoPath, str] | None:
        """The block device by which it sees this machine's file or device, the way to it there, and what a reader must
        know. None where it sees it under its own name, MeasureError where it does not see it."""
        del file, writable
        return None

    def defined(self) -> Tree:
        """What this machine knows of it as its host, and a reading of this machine does not hold or held too early:
        its processes, and the devices that were given to it after its start."""
        return Tree({})

    def outside(self) -> Tree:
        """Counts of it read now on this machine, each source marked with `host:`."""
        return Tree({})

    def beside(self, command: Command, block: str) -> Command:
        """The command with a reader of gauges beside it there, whose rows come back among its standard error (see
        targets.remote.sampler); `block` is the disk to read. The command itself where this machine reads them."""
        del block
        return command

    def presence(self, path: IoPath) -> Callable[[], str]:
        """Whether what the bytes of this way cross is still there, to be asked while a trial runs: why not, "" where it
        is or is unknown."""
        del path
        return never_gone

    @property
    def runs_below(self) -> bool:
        """Whether its work is done by processes below this one: then this machine's own gauges tell its load from that
        of others."""
        return False

    # --- turns: one device can be in one place at a time, and one CPU in one guest ---

    def take(self) -> None:
        """Have all its devices, and run. MeasureError where it cannot get one."""
        return

    def pause(self) -> None:
        """Pause while others measure."""
        return

    def give(self) -> None:
        """Let go of every device that others need too, and are paused."""
        return
