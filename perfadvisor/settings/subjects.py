"""Whose settings a tree holds: the disks with a queue, the NICs that answered, the policies, pools and interrupts."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from perfadvisor.facts.reading import mountinfo
from perfadvisor.model.tree import Directory, Tree
from perfadvisor.settings.model import Door, FileForm, Setting

SHAPES = {
    "pool": "node*/hugepages/hugepages-*",
    "policy": "policy*",
    "cpu": "cpu[0-9]*",
    "idle_state": "cpu[0-9]*/cpuidle/state*",
    "nic.rps_cpus": "*/queues/rx-*",
    "nic.xps_cpus": "*/queues/tx-*",
}
SYSCTL = "/proc/sys/"
# Any text may name one of these, so that nothing lists them.
NAMED_BY_FACTS = ("cgroup", "cap", "parameter_of_module", "guest_part")


def subjects(setting: Setting, tree: Tree) -> tuple[str, ...]:
    """The subjects with a source of this setting in the tree, readable or not; ("",) for one of the whole machine."""
    if setting.door is Door.ETHTOOL:
        start = setting.source("")
        return tuple(source.removeprefix(start) for source in tree.sources(start))
    if setting.door is Door.SHOWN:
        return ()  # any name may be a parameter's
    if not setting.subject:
        return ("",) if tree.exists(setting.path) else ()
    if setting.subject == "sysctl":
        files = (source for source in tree.sources(SYSCTL) if not isinstance(tree.entry(source), Directory))
        return tuple(source.removeprefix(SYSCTL) for source in files)
    if setting.subject in NAMED_BY_FACTS:
        return ()
    if setting.subject == "nic_vf":
        return ()
    if setting.form is FileForm.MOUNTS:
        return tuple(dict.fromkeys(one.point for one in mountinfo.parse(tree.text(setting.path) or "")))
    shape = SHAPES.get(setting.name) or SHAPES.get(setting.subject, "*")
    found = _below(setting.path.partition("/{subject}")[0], shape.split("/"), tree)
    return tuple(one for one in found if tree.exists(setting.source(one)))


def sources(setting: Setting) -> tuple[str, ...]:
    """The patterns that read every subject of this setting, and the words it takes; none for kernel parameters and
    control groups, because only those are read that facts name."""
    if setting.door is Door.ETHTOOL:
        return (setting.source("{nic}"),)
    if setting.subject in ("sysctl", *NAMED_BY_FACTS):
        return ()
    if setting.door is Door.SHOWN:
        return (setting.path,)
    shape = SHAPES.get(setting.name) or SHAPES.get(setting.subject, "*")
    return tuple(path.replace("{subject}", shape) for path in (setting.path, setting.choices) if path)


def _below(directory: str, parts: list[str], tree: Tree) -> Iterator[str]:
    """The relative paths below a directory whose parts match."""
    for name in tree.names(directory):
        if not fnmatchcase(name, parts[0]):
            continue
        if parts[1:]:
            yield from (f"{name}/{rest}" for rest in _below(f"{directory}/{name}", parts[1:], tree))
        else:
            yield name
