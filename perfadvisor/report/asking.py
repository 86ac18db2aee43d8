"""Which outputs to give next: those that would let most rules be asked about what was given, as lines to copy."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from perfadvisor.evidence.kind import OutputKind
from perfadvisor.report.judged import lacking
from perfadvisor.report.view import ReportView

MOST = 3
ON_TOPIC = 3.0  # how much a rule about what was given counts beside one about the machine
_SUBJECTS = (("{nic}", "nic", "DEVICE"), ("{nvme}", "nvme", "/dev/nvme0"))
# What facts of each family are about. Families that are not here are of the machine, which is always in question.
_TOPICS = {
    "network": ("nic", "nic_vf", "nic_allowance", "bond", "infiniband", "network", "ping", "socket"),
    "storage": ("block", "mount"),
    "array": ("array",),
    "nvme": ("nvme",),
    "guest": ("vm", "vm_disk", "vm_nic", "vm_hostdev", "kvm_exit", "kvm_exits", "assignment", "passthrough", "vfio"),
    "container": ("container", "container_resource", "cgroup"),
    "gpu": ("gpu",),
}
_TOPIC_OF = {family: topic for topic, families in _TOPICS.items() for family in families}
_TOPIC_OF_TOOL = {"iperf3": "network", "fio": "storage"}
_TOPICS_OF_FACT = {
    "interrupts.network_total": ("network",),
    "array.level": ("storage",),
    "iommu_group.members": ("guest",),
}
_OF_FUNCTION = {"pci.is_network": ("network",), "pci.is_storage": ("storage", "nvme")}
_FEW = 4  # functions that were picked out for what they are; a list of all says nothing of that
# Commands of one kind that each give facts of their own: a fact that is known shows that its output was given.
_SHOWN_BY = {
    "ethtool -g": "nic.ring_rx",
    "ethtool -S": "nic.rx_packets",
    "ethtool -k": "nic.tso",
    "ethtool -l": "nic.channels_combined",
    "ethtool -c": "nic.rx_usecs",
    "virsh dumpxml": "vm.source",
}


def commands(view: ReportView) -> tuple[str, ...]:
    """Up to three commands, none whose output was given. Only where saved outputs were given: of a run or a machine
    that was read, all that can be read was."""
    if not view.evidence:
        return ()
    from perfadvisor.evidence.kinds import KINDS  # all readers of outputs

    topics = _topics(view)
    wanted = [(names, ON_TOPIC if _about(names) else 1.0) for names in lacking(view) if names and _fit(names, topics)]
    left = [kind for kind in KINDS if _filled(kind, view)]
    chosen: list[OutputKind] = []
    while len(chosen) < MOST and left:
        best = max(left, key=lambda kind: _worth(kind, chosen, wanted))
        if _worth(best, chosen, wanted) == 0:
            break
        chosen.append(best)
    return tuple(_filled(kind, view) for kind in chosen)


def _topics(view: ReportView) -> frozenset[str]:
    """What the given outputs are about, by the families of their facts and the tools of their results."""
    tables = view.facts.values()
    families = {fact.name.partition(".")[0] for table in tables for fact in table}
    tools = {str(tool) for table in tables for tool in table.of("result.tool").values()}
    disks = {disk for table in tables for disk in table.subjects("block")}
    found = {_TOPIC_OF[family] for family in families if family in _TOPIC_OF}
    found |= {_TOPIC_OF_TOOL[tool] for tool in tools if tool in _TOPIC_OF_TOOL}
    found |= {"nvme"} if any(disk.startswith("nvme") for disk in disks) else set()
    few = max((len(table.subjects("pci")) for table in tables), default=0) <= _FEW
    for name, of_fact in {**_TOPICS_OF_FACT, **(_OF_FUNCTION if few else {})}.items():
        found |= set(of_fact) if any(any(table.of(name).values()) for table in tables) else set()
    return frozenset(found)


def _about(names: Iterable[str]) -> frozenset[str]:
    families = (name.removeprefix("host.").partition(".")[0] for name in names)
    return frozenset(_TOPIC_OF[family] for family in families if family in _TOPIC_OF)


def _fit(names: Iterable[str], topics: frozenset[str]) -> bool:
    """Whether a rule that lacks these is about what the outputs are about, as far as they are about anything."""
    return not topics or _about(names) <= topics


def _worth(kind: OutputKind, chosen: Sequence[OutputKind], wanted: Iterable[tuple[frozenset[str], float]]) -> float:
    """How many rules it would let be asked, beside those chosen; a rule that lacks more counts for its share."""
    if not kind.gives or kind in chosen:
        return 0.0
    worth = 0.0
    for names, weight in wanted:
        left = {name for name in names if not any(_gives(one, name) for one in chosen)}
        mine = {name for name in left if _gives(kind, name)}
        worth += weight * len(mine) / len(left) / len(left) if left else 0.0
    return worth


def _gives(kind: OutputKind, name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in kind.gives)


def _filled(kind: OutputKind, view: ReportView) -> str:
    """What is still to run for this kind, with the interface that is named, where there is one; "" for nothing."""
    parts = [part for part in kind.command.split("; ") if part]
    if any(part.rpartition(" ")[0] in _SHOWN_BY for part in parts):
        parts = [part for part in parts if not _is_shown(part, view)]
    elif kind.name in {note.kind for note in view.evidence}:
        return ""
    if kind.command.startswith("virsh ") and _of_others(view):
        return ""
    docker = any("docker" in note.command for note in view.evidence)
    command = "; ".join(parts).replace("podman ", "docker " if docker else "podman ")
    for place, subject, unknown in _SUBJECTS:
        named = sorted({name for table in view.facts.values() for name in table.subjects(subject)} - {"lo"})
        command = command.replace(place, named[0] if named else unknown)
    return command


def _of_others(view: ReportView) -> bool:
    """Whether guests were given, and libvirt has none of them."""
    owners = {str(owner) for table in view.facts.values() for owner in table.of("vm.owner").values()}
    return bool(owners) and "libvirt" not in owners


def _is_shown(part: str, view: ReportView) -> bool:
    fact = _SHOWN_BY.get(part.rpartition(" ")[0], "")
    return bool(fact) and any(table.of(fact) for table in view.facts.values())
