"""Read this machine: the files, commands and netlink answers that patterns name, as one `Tree`."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from glob import escape
from pathlib import Path

from perfadvisor.facts.cgroup import paths as cgroup_paths
from perfadvisor.model.tree import Entry, Tree, Unreadable
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.here.qemu_processes import qemu_processes
from perfadvisor.targets.here.redaction import redacted
from perfadvisor.targets.here.walk import Walk

COMMAND_TIMEOUT_S = 5.0
Runner = Callable[[Command], Completed]


def capture(patterns: Iterable[str], root: str = "/", run: Runner | None = None) -> Tree:
    """Everything the patterns name on the machine whose files lie under `root`.

    A pattern is a path with `*`, `?`, `[...]` in its parts, `$ argv` for a command (run by `run`, left unreadable
    without it), or a `netlink:` source. `{nic}` stands for every network interface and `{device_nic}` for those with a
    device behind them; in a path, `{cgroup}` stands for this process's control groups and all above them, `{qemu}` for
    every QEMU process and process 1. Nothing is
    raised for what cannot be read: it is `Unreadable` in the tree. Netlink and commands speak of this machine alone, so
    with another root they are left out."""
    wanted = tuple(dict.fromkeys(patterns))
    walk = Walk(root)
    for path in _paths([pattern for pattern in wanted if pattern.startswith("/")], walk):
        walk.read(path)
    entries = redacted(walk.entries)
    if root == "/":
        nics = interfaces()
        entries.update(_netlink([p for p in wanted if p.startswith("netlink:")], nics))
        entries.update(_commands([p for p in wanted if p.startswith("$ ")], nics, run))
    return Tree(entries)


def _paths(patterns: Sequence[str], walk: Walk) -> Iterator[str]:
    """The patterns with `{cgroup}` filled in: globs over all groups would read thousands on a busy host."""
    yield from (pattern for pattern in patterns if "{cgroup}" not in pattern and "{qemu}" not in pattern)
    of_guests = [pattern for pattern in patterns if "{qemu}" in pattern]
    if of_guests:
        yield from (one.replace("{qemu}", pid) for pid in ("1", *qemu_processes(walk.root)) for one in of_guests)
    grouped = [pattern for pattern in patterns if "{cgroup}" in pattern]
    if grouped:
        walk.read(cgroup_paths.SELF)
        groups = [escape(group) for group in cgroup_paths.groups(Tree(walk.entries))]
        yield from (pattern.replace("{cgroup}", group) for pattern in grouped for group in groups)


def interfaces(root: str = "/") -> tuple[str, ...]:
    """The names of the network interfaces; `bonding_masters` is a file among them, not one."""
    directory = Path(root) / "sys/class/net"
    try:
        return tuple(sorted(entry.name for entry in directory.iterdir() if entry.is_dir()))
    except OSError:
        return ()


def _netlink(sources: Sequence[str], nics: Sequence[str]) -> dict[str, Entry]:
    if not sources:
        return {}
    from perfadvisor.targets.here import netlink  # imports pyroute2, which takes 0.3 s

    return netlink.read(sources, nics)


def _commands(patterns: Sequence[str], nics: Sequence[str], run: Runner | None) -> Iterator[tuple[str, Entry]]:
    for source in dict.fromkeys(one for pattern in patterns for one in _concrete(pattern, nics)):
        yield source, _output(source, run)


def _concrete(pattern: str, nics: Sequence[str]) -> Iterator[str]:
    if "{nic}" in pattern:
        yield from (pattern.replace("{nic}", nic) for nic in nics)
    elif "{device_nic}" in pattern:
        with_device = (nic for nic in nics if Path("/sys/class/net", nic, "device").exists())
        yield from (pattern.replace("{device_nic}", nic) for nic in with_device)
    else:
        yield pattern


def _output(source: str, run: Runner | None) -> Entry:
    if run is None:
        return Unreadable("commands are not run here")
    try:
        done = run(Command(argv=tuple(shlex.split(source.removeprefix("$ "))), timeout_s=COMMAND_TIMEOUT_S))
    except OSError as error:
        return Unreadable(error.strerror or str(error))
    if done.returncode == 0:
        return done.stdout
    said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
    return Unreadable(f"exit code {done.returncode}: {said[-1] if said else 'no message'}")
