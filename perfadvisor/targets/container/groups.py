"""A container's control groups as its host sees them: its limits and counters, whatever it sees of them itself.

A container on version 2 has a view of its own that ends at its group: limits set above it cannot be seen from inside.
"""

from collections.abc import Sequence
from glob import escape

from perfadvisor.facts.cgroup.paths import ROOT, SELF, groups
from perfadvisor.facts.reading import mountinfo
from perfadvisor.model.tree import Entry, Tree
from perfadvisor.targets.here.capture import capture


def overlaid(inside: Tree, pid: int, patterns: Sequence[str]) -> Tree:
    """The container's tree with everything about control groups replaced by what the host sees of its process."""
    grouped = [pattern for pattern in patterns if "{cgroup}" in pattern]
    host = seen(pid, grouped) if grouped and pid else None
    if host is None:
        return inside
    mounts = b"".join(
        [
            *(line for line in (inside.read(mountinfo.PATH) or b"").splitlines(keepends=True) if not _is_group(line)),
            *(line for line in (host.read(mountinfo.PATH) or b"").splitlines(keepends=True) if _is_group(line)),
        ]
    )
    kept: dict[str, Entry] = {source: entry for source, entry in inside.items() if not source.startswith(ROOT)}
    groups_of_host = {source: entry for source, entry in host.items() if source.startswith(ROOT)}
    own = {inside.realpath(SELF): host.read(SELF) or b"", inside.realpath(mountinfo.PATH): mounts}
    return Tree({**kept, **groups_of_host, **own})


def seen(pid: int, grouped: Sequence[str]) -> Tree | None:
    """The groups of a process of this machine, as if it were the reader; None where it is gone or not ours to see."""
    own = capture((f"/proc/{pid}/cgroup",)).read(f"/proc/{pid}/cgroup")
    if own is None:
        return None
    paths = [escape(group) for group in groups(Tree({SELF: own}))]
    files = capture([mountinfo.PATH, *(pattern.replace("{cgroup}", path) for pattern in grouped for path in paths)])
    found = {source: entry for source, entry in files.items() if source.startswith(ROOT)}
    return Tree({**found, mountinfo.PATH: files.read(mountinfo.PATH) or b"", SELF: own})


def _is_group(line: bytes) -> bool:
    return line.partition(b" - ")[2].startswith((b"cgroup ", b"cgroup2 "))
