"""Two network namespaces of our own with a virtual cable between them, for network tests that need no second machine.

Neither namespace has a name: each lives as long as a process of ours that sleeps in it, so when perfadvisor dies, also
by SIGKILL, the kernel takes them and the cable away and nothing is left to undo. Without root the same is built
inside a user namespace. The host's own interfaces, addresses and firewall are not touched.
"""

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.here.process import LocalServer, run, serve

CLIENT, SERVER = "169.254.77.1", "169.254.77.2"  # link-local (RFC 3927): never routed
READY_S = 5.0
_SLEEP = ("sleep", "infinity")


@dataclass(frozen=True)
class Namespaces:
    """A pair of namespaces. `client` and `server` go in front of a command to run it on that side."""

    client: tuple[str, ...]
    server: tuple[str, ...]
    client_pid: int
    server_pid: int
    _keepers: tuple[LocalServer, ...]

    def close(self) -> None:
        """Take both away."""
        for keeper in reversed(self._keepers):
            keeper.stop()


def build() -> Namespaces:
    """The two namespaces, connected. MeasureError where this user may not make any."""
    reasons = []
    for user in (False, True):
        try:
            return _build(user)
        except MeasureError as error:
            reasons.append(error.message)
    raise MeasureError("no network namespace can be made here: " + "; ".join(reasons), "run as root")


@dataclass(frozen=True)
class Namespace:
    """One namespace, of the process `pid`. `words` go in front of a command to run it in there."""

    pid: int
    words: tuple[str, ...]
    _keeper: LocalServer

    def close(self) -> None:
        """Take it away; physical interfaces in it go back to the first one."""
        self._keeper.stop()


def alone() -> Namespace:
    """A namespace with a loopback interface and nothing else. MeasureError where this user may not make one."""
    with contextlib.ExitStack() as undo:
        keeper = _namespace(("unshare", "--net"), undo)
        words = _enter(keeper.pid, user=False)
        _done(run(_ip(words, "link", "set", "lo", "up")))
        undo.pop_all()
    return Namespace(keeper.pid, words, keeper)


def beside(pid: int) -> Namespaces:
    """A namespace of our own, connected to the one that a process lives in: a container's. `client` enters the latter.
    MeasureError where this user may not do so."""
    reasons = []
    for user in (False, True):
        try:
            return _beside(pid, user)
        except MeasureError as error:
            reasons.append(error.message)
    raise MeasureError("the container's network cannot be reached: " + "; ".join(reasons), "run as root")


def _beside(pid: int, user: bool) -> Namespaces:
    with contextlib.ExitStack() as undo:
        into_client = _enter(pid, user)
        far = _namespace((*into_client, "unshare", "--net"), undo)
        into_server = _enter(far.pid, user)
        _connect(into_client, into_server, far.pid)
        undo.pop_all()
    return Namespaces(client=into_client, server=into_server, client_pid=pid, server_pid=far.pid, _keepers=(far,))


def _build(user: bool) -> Namespaces:
    with contextlib.ExitStack() as undo:
        first = _namespace(("unshare", "--net", *(("--map-root-user",) if user else ())), undo)
        into_client = _enter(first.pid, user)
        second = _namespace((*into_client, "unshare", "--net"), undo)
        into_server = _enter(second.pid, user)
        _connect(into_client, into_server, second.pid)
        undo.pop_all()
    return Namespaces(
        client=into_client, server=into_server, client_pid=first.pid, server_pid=second.pid, _keepers=(first, second)
    )


def _namespace(argv: tuple[str, ...], undo: contextlib.ExitStack) -> LocalServer:
    """A process that sleeps in a new network namespace."""
    keeper = serve(Command(argv=(*argv, *_SLEEP), timeout_s=READY_S))
    undo.callback(keeper.stop)
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and keeper.running():
        if _program(keeper.pid) == _SLEEP[0]:
            return keeper
        time.sleep(0.005)
    said = keeper.stop().stderr.decode("utf-8", "replace").strip()
    raise MeasureError(said or f"{' '.join(argv)}: not ready within {READY_S:.0f} s")


def _program(pid: int) -> str:
    """What the process runs by now: `unshare` becomes the program only after all namespaces are set up."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _enter(pid: int, user: bool) -> tuple[str, ...]:
    rights = ("--user", "--preserve-credentials") if user else ()
    return ("nsenter", f"--target={pid}", *rights, "--net", "--")


def _connect(into_client: tuple[str, ...], into_server: tuple[str, ...], server_pid: int) -> None:
    far_end = ("peer", "name", "perf1", "netns", str(server_pid))
    _done(run(_ip(into_client, "link", "add", "perf0", "type", "veth", *far_end)))
    for side, interface, address in ((into_client, "perf0", CLIENT), (into_server, "perf1", SERVER)):
        _done(run(_ip(side, "address", "add", f"{address}/30", "dev", interface)))
        for name in ("lo", interface):
            _done(run(_ip(side, "link", "set", name, "up")))


def _ip(side: tuple[str, ...], *words: str) -> Command:
    return Command(argv=(*side, "ip", *words), timeout_s=READY_S)


def _done(completed: Completed) -> None:
    if completed.returncode != 0:
        said = completed.stderr.decode("utf-8", "replace").strip()
        raise MeasureError(f"{' '.join(completed.command.argv)}: {said or completed.returncode}")
