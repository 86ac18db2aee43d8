"""Whether this process runs in a container, and which engine made it."""

import re

from perfadvisor.facts.cgroup import paths as cgroup_paths
from perfadvisor.facts.machine.hypervisor import NONE, OTHER, Seen
from perfadvisor.facts.reading import mountinfo
from perfadvisor.model.tree import Tree

_NAMESPACES = "/proc/self/ns"
_MANAGER = "/run/systemd/container"

# Inode numbers of the namespaces the machine started with: PROC_*_INIT_INO, include/linux/proc_ns.h.
_INITIAL = {"pid": "pid:[4026531836]", "uts": "uts:[4026531838]", "ipc": "ipc:[4026531839]"}

_MARKS = {"/run/.containerenv": "podman", "/.dockerenv": "docker"}
_GROUPS = (
    (re.compile(r"/docker[/-][0-9a-f]{12,64}|/docker/"), "docker"),
    (re.compile(r"/libpod(_parent)?[/-]"), "podman"),
    (re.compile(r"/?cri-containerd[-:]|/containerd/"), "containerd"),
    (re.compile(r"/crio-"), "cri-o"),
    (re.compile(r"/lxc(\.payload|\.monitor)?[./]"), "lxc"),
    (re.compile(r"/machine\.slice/machine-[^/]+\.scope"), "systemd-nspawn"),
    (re.compile(r"/kubepods"), "kubernetes"),
)
_GROUP_SOURCES = (cgroup_paths.SELF, "/proc/1/cgroup", "/proc/self/cpuset", "/proc/1/cpuset")

PATTERNS: tuple[str, ...] = (
    *(f"{_NAMESPACES}/{name}" for name in _INITIAL),
    *_MARKS,
    _MANAGER,
    *_GROUP_SOURCES,
    mountinfo.PATH,
)


def find(tree: Tree) -> Seen | None:
    """The engine, "none" outside of any container, or None where nothing tells.

    Marks alone can mislead: an image that was turned into a virtual machine keeps its /.dockerenv. A process in the
    very namespaces the kernel started with is in no container, whatever lies around it."""
    namespaces = {name: tree.link_name(f"{_NAMESPACES}/{name}") for name in _INITIAL}
    if namespaces == _INITIAL:
        return Seen(name=NONE, source=_NAMESPACES)
    marked = _mark(tree) or _group(tree) or _mounts(tree)
    if marked:
        return marked
    if namespaces["pid"] and namespaces["pid"] != _INITIAL["pid"]:
        return Seen(name=OTHER, source=f"{_NAMESPACES}/pid")
    known = next((source for source in (cgroup_paths.SELF, "/proc/1/cgroup") if tree.text(source)), None)
    return Seen(name=NONE, source=known) if known else None


def _mark(tree: Tree) -> Seen | None:
    found = next((Seen(name=name, source=path) for path, name in _MARKS.items() if tree.exists(path)), None)
    manager = (tree.text(_MANAGER) or "").split()
    return found or (Seen(name=manager[0], source=_MANAGER) if manager else None)


def _group(tree: Tree) -> Seen | None:
    for source in _GROUP_SOURCES:
        text = tree.text(source) or ""
        name = next((name for pattern, name in _GROUPS if pattern.search(text)), None)
        if name:
            return Seen(name=name, source=source)
    return None


def _mounts(tree: Tree) -> Seen | None:
    """LXC lays lxcfs over files of /proc; engines mount the root from their own store."""
    for line in mountinfo.parse(tree.text(mountinfo.PATH) or ""):
        if line.point.startswith("/proc/") and "lxcfs" in f"{line.file_system} {line.source}":
            return Seen(name="lxc", source=mountinfo.PATH)
        if line.point == "/" and line.file_system.startswith("overlay"):
            store = line.super_options
            name = "podman" if "/containers/storage/" in store else "docker" if "/docker/" in store else OTHER
            return Seen(name=name, source=mountinfo.PATH) if name != OTHER else None
    return None
