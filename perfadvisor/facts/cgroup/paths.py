"""Where the control group of this process lies: its hierarchy version, its path, and the directories up to the root."""

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from perfadvisor.facts.reading import mountinfo
from perfadvisor.model.tree import Tree

SELF = "/proc/self/cgroup"
ROOT = "/sys/fs/cgroup"

MAX_DEPTH = 64  # deeper than any real hierarchy; a hostile path may have thousands of parts


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    """One line of /proc/self/cgroup: the controllers of one hierarchy (none: version 2) and the path in it."""

    controllers: tuple[str, ...]
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Hierarchy:
    """One mounted hierarchy. `root` is what of it is mounted, which is not "/" inside many containers."""

    root: str
    point: str
    version: int
    options: frozenset[str]


def memberships(tree: Tree) -> tuple[Membership, ...]:
    """The lines "4:memory:/user.slice" and "0::/user.slice" (cgroups(7))."""
    rows = (line.split(":", 2) for line in (tree.text(SELF) or "").splitlines())
    return tuple(
        Membership(controllers=tuple(filter(None, row[1].split(","))), path=row[2])
        for row in rows
        if len(row) == 3 and row[2].startswith("/")
    )


def groups(tree: Tree) -> tuple[str, ...]:
    """The paths of this process's groups in all hierarchies and of all groups above them, without a final slash."""
    found = {""}
    for member in memberships(tree):
        path = normpath(member.path).rstrip("/")
        for _ in range(MAX_DEPTH):
            if path in ("", "/"):
                break
            found.add(path)
            path = dirname(path)
    return tuple(sorted(found))


def mounts(tree: Tree) -> tuple[Hierarchy, ...]:
    """The mounted hierarchies; without mountinfo, what lies where every distribution mounts them."""
    return tree.once(_mounts)


def _mounts(tree: Tree) -> tuple[Hierarchy, ...]:
    found = tuple(
        Hierarchy(
            root=line.root,
            point=line.point,
            version=2 if line.file_system == "cgroup2" else 1,
            options=frozenset(line.super_options.split(",")),
        )
        for line in mountinfo.parse(tree.text(mountinfo.PATH) or "")
        if line.file_system in ("cgroup", "cgroup2")
    )
    return found or tuple(_usual_mounts(tree))


def _usual_mounts(tree: Tree) -> Iterator[Hierarchy]:
    if tree.exists(f"{ROOT}/cgroup.controllers") or tree.exists(f"{ROOT}/cgroup.procs"):
        yield Hierarchy(root="/", point=ROOT, version=2, options=frozenset())
        return
    for top in (ROOT, "/cgroup"):
        for name in tree.names(top):
            version = 2 if name == "unified" else 1
            yield Hierarchy(root="/", point=f"{top}/{name}", version=version, options=frozenset(name.split(",")))


def version(tree: Tree) -> int | None:
    """2 where no controller is on version 1; None where nothing tells."""
    joined = memberships(tree)
    if any(member.controllers for member in joined):
        return 1
    if joined:
        return 2
    found = {mount.version for mount in mounts(tree)}
    return min(found) if found else None


def directories(tree: Tree, controller: str) -> tuple[str, ...]:
    """The group's directory for one controller and every one above it, the group's own first; () where unknown.

    A limit set anywhere above binds too, so whoever looks for one must look at all of them."""
    joined = memberships(tree)
    own = next((member for member in joined if controller in member.controllers), None)
    number = 1 if own else 2
    own = own or next((member for member in joined if not member.controllers), None)
    for mount in mounts(tree) if own else ():
        if own and mount.version == number and (number == 2 or controller in mount.options):
            return tuple(_upwards(mount, own.path))
    return ()


def _upwards(mount: Hierarchy, path: str) -> Iterator[str]:
    """Directories from the group to the mount point. What lies above the mounted root cannot be seen from here."""
    inside = path.removeprefix(mount.root.rstrip("/")) if (path + "/").startswith(mount.root.rstrip("/") + "/") else "/"
    here = normpath(join(mount.point, inside.lstrip("/")))
    top = normpath(mount.point)
    for _ in range(MAX_DEPTH):
        yield here
        if here == top or not here.startswith(top + "/"):
            return
        here = dirname(here)
