"""CPUs: which there are, which run, how they share cores and packages, and what they call themselves."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from perfadvisor.facts.cpu import cpuinfo
from perfadvisor.facts.reading import cpulist, reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

SYSTEM = "/sys/devices/system/cpu"

ONLINE = FactSpec(name="cpu.online", type=str, meaning="CPUs the scheduler may use, as a list", nature=Nature.SETTING)
_LISTS = (
    ONLINE,
    *(
        FactSpec(name=f"cpu.{name}", type=str, meaning=meaning, nature=nature)
        for name, nature, meaning in (
            ("present", Nature.IDENTITY, "CPUs that are populated, as a list"),
            ("possible", Nature.IDENTITY, "CPUs the kernel set aside room for, as a list"),
            ("offline", Nature.SETTING, "CPUs that are not online, as a list"),
            ("isolated", Nature.SETTING, "CPUs kept out of scheduler balancing (isolcpus), as a list"),
            ("nohz_full", Nature.SETTING, "CPUs whose tick stops under a single task, as a list"),
        )
    ),
)

DIRECTORY_COUNT = FactSpec(
    name="cpu.directory_count",
    type=int,
    unit=Unit.COUNT,
    meaning="CPUs that sysfs has a directory for",
    nature=Nature.IDENTITY,
)
TOPOLOGY_COUNT = FactSpec(
    name="cpu.topology_count",
    type=int,
    unit=Unit.COUNT,
    meaning="CPUs that have a core or package number in sysfs",
    nature=Nature.IDENTITY,
)
ONLINE_COUNT = FactSpec(
    name="cpu.online_count", type=int, unit=Unit.COUNT, meaning="CPUs that are online", nature=Nature.SETTING
)
PACKAGE_COUNT = FactSpec(
    name="cpu.package_count", type=int, unit=Unit.COUNT, meaning="CPU packages (sockets)", nature=Nature.IDENTITY
)
SWITCHED_OFF = FactSpec(
    name="cpu.switched_off",
    type=str,
    meaning="CPUs that are present and not online, as a list",
    nature=Nature.SETTING,
)
CORES_PER_PACKAGE = FactSpec(
    name="cpu.cores_per_package_max",
    type=int,
    unit=Unit.COUNT,
    meaning="most cores of one package",
    nature=Nature.IDENTITY,
)
THREADS_PER_CORE = FactSpec(
    name="cpu.threads_per_core_max",
    type=int,
    unit=Unit.COUNT,
    meaning="most hardware threads that share one core",
    nature=Nature.IDENTITY,
)
SMT_ACTIVE = FactSpec(
    name="cpu.smt_active", type=bool, meaning="whether sibling threads are online", nature=Nature.SETTING
)
SMT_CONTROL = FactSpec(
    name="cpu.smt_control",
    type=str,
    meaning="state of SMT: on, off, forceoff, notsupported or notimplemented",
    nature=Nature.SETTING,
)
MODEL_NAME = FactSpec(name="cpu.model_name", type=str, meaning="what the CPU calls itself", nature=Nature.IDENTITY)
MICROCODE = FactSpec(
    name="cpu.microcode",
    type=str,
    meaning="microcode revision of the CPUs (x86); several, comma joined, where they differ",
    nature=Nature.IDENTITY,
)
PROCESSOR_COUNT = FactSpec(
    name="cpu.processor_count",
    type=int,
    unit=Unit.COUNT,
    meaning="processors listed in /proc/cpuinfo",
    nature=Nature.IDENTITY,
)
HYPERVISOR_FLAG = FactSpec(
    name="cpu.hypervisor_flag",
    type=bool,
    meaning="whether the CPU announces a hypervisor (x86 only)",
    nature=Nature.IDENTITY,
)

CATALOGUE: tuple[FactSpec, ...] = (
    *_LISTS,
    SWITCHED_OFF,
    DIRECTORY_COUNT,
    TOPOLOGY_COUNT,
    ONLINE_COUNT,
    PACKAGE_COUNT,
    CORES_PER_PACKAGE,
    THREADS_PER_CORE,
    SMT_ACTIVE,
    SMT_CONTROL,
    MODEL_NAME,
    MICROCODE,
    PROCESSOR_COUNT,
    HYPERVISOR_FLAG,
)
_MICROCODE_FILE = f"{SYSTEM}/cpu0/microcode/version"  # of one CPU: /proc/cpuinfo has them all
_HIDDEN = "0xffffffff"  # what a guest reads whose hypervisor does not show the revision
# Per CPU only the files used below: on a machine of a thousand CPUs each of them is a thousand reads.
PATTERNS: tuple[str, ...] = (
    *(f"{SYSTEM}/{spec.name.removeprefix('cpu.')}" for spec in _LISTS),
    f"{SYSTEM}/smt/*",
    f"{SYSTEM}/cpu[0-9]*/topology/physical_package_id",
    f"{SYSTEM}/cpu[0-9]*/topology/core_id",
    f"{SYSTEM}/cpu[0-9]*/topology/thread_siblings_list",
    _MICROCODE_FILE,
    cpuinfo.PATH,
)


@dataclass(slots=True)
class _Topology:
    """The CPUs of a tree by number; `packages` maps a package number to its cores."""

    directories: list[int] = field(default_factory=list)
    described: int = 0
    offline: set[int] = field(default_factory=set)
    online: set[int] = field(default_factory=set)
    packages: dict[int, set[tuple[int, ...]]] = field(default_factory=dict)
    threads: list[int] = field(default_factory=list)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The CPU facts of this tree."""
    for spec in _LISTS:
        yield _list(spec, tree)
    if tree.names(SYSTEM):
        topology = _topology(tree)
        yield from _counts(tree, topology)
        yield _switched_off(tree, topology)
    yield reader.boolean_fact(SMT_ACTIVE, tree, f"{SYSTEM}/smt/active")
    yield reader.text_fact(SMT_CONTROL, tree, f"{SYSTEM}/smt/control")
    info = cpuinfo.read(tree)
    yield from info_facts(info, cpuinfo.PATH)
    if not info.microcode:
        yield _microcode(tuple(filter(None, [tree.text(_MICROCODE_FILE)])), _MICROCODE_FILE)


def info_facts(info: cpuinfo.CpuInfo, source: str) -> Iterator[Fact | Absent]:
    """The facts of a `/proc/cpuinfo` that was read from `source`."""
    yield MODEL_NAME.given(info.model_name, source=source, reason="no model is named")
    yield PROCESSOR_COUNT.given(info.processors, source=source, reason="no processors are listed")
    yield HYPERVISOR_FLAG.given(info.hypervisor, source=source, reason="no CPU flags: not x86, or not read")
    yield _microcode(info.microcode, source)


def _microcode(revisions: tuple[str, ...], source: str) -> Fact | Absent:
    if _HIDDEN in revisions:
        return MICROCODE.absent("the hypervisor hides it", source=source)
    return MICROCODE.given(", ".join(revisions) or None, source=source, reason="none is stated: not x86, or not read")


def _list(spec: FactSpec, tree: Tree) -> Fact | Absent:
    """A list as the kernel writes it. An empty one says that there are no such CPUs, which is a value.

    Older kernels print "(null)" for an unset nohz_full mask, newer ones an empty line (drivers/base/cpu.c)."""
    path = f"{SYSTEM}/{spec.name.removeprefix('cpu.')}"
    text = tree.text(path)
    return reader.fact(spec, tree, path, "" if text == "(null)" else text)


def _counts(tree: Tree, topology: _Topology) -> Iterator[Fact | Absent]:
    cpus = f"{SYSTEM}/cpu*"
    yield DIRECTORY_COUNT.fact(len(topology.directories), source=cpus)
    yield TOPOLOGY_COUNT.fact(topology.described, source=f"{cpus}/topology")
    yield _online_count(tree, topology)
    packages, reason = topology.packages, "the kernel numbers no packages here"
    yield PACKAGE_COUNT.given(len(packages) or None, source=f"{cpus}/topology/physical_package_id", reason=reason)
    cores = max(map(len, packages.values()), default=0)
    yield CORES_PER_PACKAGE.given(cores or None, source=f"{cpus}/topology/core_id", reason="no core numbers")
    threads = max(topology.threads, default=None)
    yield THREADS_PER_CORE.given(threads, source=f"{cpus}/topology/thread_siblings_list", reason="no siblings given")


def _online_count(tree: Tree, topology: _Topology) -> Fact | Absent:
    """From the list, or where it was not read: the CPUs with a directory that no file calls offline."""
    online = cpulist.parse(tree.text(f"{SYSTEM}/online") or "")
    if online:
        return ONLINE_COUNT.fact(len(online), source=f"{SYSTEM}/online")
    if not topology.directories:
        return ONLINE_COUNT.absent(reader.reason(tree, f"{SYSTEM}/online"), source=f"{SYSTEM}/online")
    left = set(topology.directories) - topology.offline
    return ONLINE_COUNT.fact(len(left), source=f"{SYSTEM}/cpu*/online")


def _switched_off(tree: Tree, topology: _Topology) -> Fact | Absent:
    """Present minus online: `offline` also lists places for CPUs that could be plugged in (cputopology.rst)."""
    listed = cpulist.parse(tree.text(f"{SYSTEM}/present") or "")
    present = set(listed or topology.directories)
    source = f"{SYSTEM}/present" if listed else f"{SYSTEM}/cpu*"
    online = set(cpulist.parse(tree.text(f"{SYSTEM}/online") or "")) | topology.online
    directories = set(topology.directories)
    if online <= topology.online and present <= directories:  # each reports it itself; one that was not read does not
        online = set(topology.directories) - topology.offline
    known = present and online
    return SWITCHED_OFF.given(
        cpulist.format(present - online) if known else None, source=source, reason="no list of CPUs was read"
    )


def _topology(tree: Tree) -> _Topology:
    found = _Topology(offline=set(cpulist.parse(tree.text(f"{SYSTEM}/offline") or "")))
    for cpu, directory in reader.numbered(tree, SYSTEM, "cpu"):
        found.directories.append(cpu)
        if tree.text(f"{directory}/online") == "0":
            found.offline.add(cpu)
        elif tree.text(f"{directory}/online") == "1":
            found.online.add(cpu)
        _add(found, tree, f"{directory}/topology")
    return found


def _add(found: _Topology, tree: Tree, directory: str) -> None:
    package = reader.integer(tree, f"{directory}/physical_package_id")
    core = reader.integer(tree, f"{directory}/core_id")
    found.described += package is not None or core is not None
    siblings = _siblings(tree, directory)
    if package is not None and package >= 0:
        cores = found.packages.setdefault(package, set())
        if core is not None:
            # Core numbers start again in every die of a package, and on some in every cluster: the threads tell better.
            cores.add(siblings or (reader.integer(tree, f"{directory}/die_id") or 0, core))
    if siblings:
        found.threads.append(len(siblings))


def _siblings(tree: Tree, directory: str) -> tuple[int, ...]:
    """The CPUs that share this one's core; core_cpus is the newer name (Documentation/admin-guide/cputopology.rst)."""
    for name in ("thread_siblings", "core_cpus"):
        siblings = cpulist.parse(tree.text(f"{directory}/{name}_list") or "")
        siblings = siblings or cpulist.parse_mask(tree.text(f"{directory}/{name}") or "")
        if siblings:
            return siblings
    return ()
