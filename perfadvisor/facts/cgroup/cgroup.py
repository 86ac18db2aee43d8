"""Limits of the control group this process runs in, from the tightest of the group and everything above it."""

from collections.abc import Iterator
from posixpath import normpath

from perfadvisor.facts.cgroup import cpu_time
from perfadvisor.facts.cgroup import paths as cgroup_paths
from perfadvisor.facts.cgroup.limits import STATUS
from perfadvisor.facts.memory import memory
from perfadvisor.facts.reading import cpulist, mountinfo, reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

VERSION = FactSpec(
    name="cgroup.version",
    type=int,
    meaning="2, or 1 where any controller is on the old hierarchy",
    nature=Nature.IDENTITY,
)
HYBRID = FactSpec(
    name="cgroup.hybrid",
    type=bool,
    meaning="whether both versions are mounted, with controllers on the old one",
    nature=Nature.IDENTITY,
)
PATH = FactSpec(name="cgroup.path", type=str, meaning="the group, as this process sees it", nature=Nature.IDENTITY)
QUOTA = FactSpec(
    name="cgroup.cpu_quota_cpus", type=float, meaning="CPU time the group may use, in CPUs", nature=Nature.SETTING
)
CPU_LIMITED = FactSpec(
    name="cgroup.cpu_limited",
    type=bool,
    meaning="whether a quota gives less than the CPUs that are online",
    nature=Nature.SETTING,
)
PERIODS = FactSpec(
    name="cgroup.cpu_periods",
    type=int,
    unit=Unit.COUNT,
    meaning="quota periods the group has run in, since it exists",
    nature=Nature.MEASURED,
)
THROTTLED = FactSpec(
    name="cgroup.cpu_throttled",
    type=int,
    unit=Unit.COUNT,
    meaning="quota periods in which it was stopped",
    nature=Nature.MEASURED,
)
THROTTLED_SHARE = FactSpec(
    name="cgroup.cpu_throttled_share",
    type=float,
    unit=Unit.RATIO,
    meaning="of the CPU time it used or would have used since it exists, the part that the quota took",
    nature=Nature.MEASURED,
)
CPUSET = FactSpec(name="cgroup.cpuset", type=str, meaning="CPUs the group may run on, as a list", nature=Nature.SETTING)
QUOTA_FILE = FactSpec(
    name="cgroup.cpu_quota_file",
    type=str,
    meaning="file that holds the tightest CPU quota, below /sys/fs/cgroup",
    nature=Nature.IDENTITY,
)
MEMORY_FILE = FactSpec(
    name="cgroup.memory_max_file",
    type=str,
    meaning="file that holds the tightest memory limit, below /sys/fs/cgroup",
    nature=Nature.IDENTITY,
)
CPUSET_FILE = FactSpec(
    name="cgroup.cpuset_file",
    type=str,
    meaning="file in which the group's CPUs are set, below /sys/fs/cgroup",
    nature=Nature.IDENTITY,
)
CPUSET_COUNT = FactSpec(
    name="cgroup.cpuset_count",
    type=int,
    unit=Unit.COUNT,
    meaning="how many CPUs the group may run on",
    nature=Nature.SETTING,
)
MEMS = FactSpec(
    name="cgroup.mems", type=str, meaning="NUMA nodes the group may take memory from, as a list", nature=Nature.SETTING
)
MEMORY_MAX = FactSpec(
    name="cgroup.memory_max_bytes",
    type=int,
    unit=Unit.BYTES,
    meaning="memory the group may use before it is killed",
    nature=Nature.SETTING,
)
MEMORY_LIMITED = FactSpec(
    name="cgroup.memory_limited",
    type=bool,
    meaning="whether the group may use less memory than the machine has",
    nature=Nature.SETTING,
)
IO_LIMITED = FactSpec(
    name="cgroup.io_limited",
    type=bool,
    meaning="whether bytes or operations per second are capped",
    nature=Nature.SETTING,
)

CATALOGUE: tuple[FactSpec, ...] = (
    *(VERSION, HYBRID, PATH, QUOTA, CPU_LIMITED, PERIODS, THROTTLED, THROTTLED_SHARE),
    *(QUOTA_FILE, CPUSET_FILE, CPUSET, CPUSET_COUNT, MEMS, MEMORY_MAX, MEMORY_FILE, MEMORY_LIMITED, IO_LIMITED),
)

_V1_FILES = {
    "cpu": ("cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.stat", cpu_time.USAGE),
    "cpuacct": (cpu_time.USAGE,),
    "cpuset": ("cpuset.effective_cpus", "cpuset.effective_mems", "cpuset.cpus", "cpuset.mems"),
    "memory": ("memory.limit_in_bytes",),
    "blkio": tuple(f"blkio.throttle.{way}_{unit}_device" for way in ("read", "write") for unit in ("bps", "iops")),
}
_V2_FILES = (
    *("cgroup.controllers", "cpu.max", "cpu.stat", "cpuset.cpus.effective", "cpuset.mems.effective"),
    *("memory.max", "io.max"),
)
QUOTA_FILES = ("cpu.max", "cpu.cfs_quota_us")
_V1_NO_LIMIT = 1 << 62  # an unset memory limit reads as LONG_MAX rounded to pages (mm/page_counter.c)
_UNREAD = "the group's directory was not read"

# "{cgroup}" stands for the path of this process's group and of every group above it, "" first.
PATTERNS: tuple[str, ...] = (
    cgroup_paths.SELF,
    mountinfo.PATH,
    STATUS,
    *(f"{cgroup_paths.ROOT}{{cgroup}}/{file}" for file in _V2_FILES),
    *(f"{cgroup_paths.ROOT}/{name}{{cgroup}}/{file}" for name, files in _V1_FILES.items() for file in files),
)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The control group facts of this tree."""
    for read in (_hierarchy, _cpu, _cpuset, _memory):
        yield from tree.part(read)
    yield _io(tree)


def _hierarchy(tree: Tree) -> Iterator[Fact | Absent]:
    number, joined = cgroup_paths.version(tree), cgroup_paths.memberships(tree)
    where, why = cgroup_paths.SELF, reader.reason(tree, cgroup_paths.SELF)
    yield VERSION.given(number, source=where, reason=why)
    versions = {mount.version for mount in cgroup_paths.mounts(tree)}
    yield HYBRID.given(None if number is None else number == 1 and versions == {1, 2}, source=where, reason=why)
    paths = [member.path for member in joined if not member.controllers or "cpu" in member.controllers]
    yield PATH.given(max(paths, key=len, default=None), source=where, reason=why)


def _cpu(tree: Tree) -> Iterator[Fact | Absent]:
    """The tightest quota, and the throttling of the group that sets it: only that one counts the stops."""
    directories = cgroup_paths.directories(tree, "cpu")
    quotas = [(quota, directory) for directory in directories if (quota := _quota(tree, directory)) is not None]
    tightest, holder = min(quotas, default=(None, directories[0] if directories else ""))
    seen = _seen(tree, directories, QUOTA_FILES)
    why = "no quota" if seen else _UNREAD
    yield QUOTA.given(tightest, source=holder, reason=why)
    yield CPU_LIMITED.given(_is_tight(tree, tightest, known=seen), source=holder, reason=why)
    file = next((f"{holder}/{name}" for name in QUOTA_FILES if tree.exists(f"{holder}/{name}")), "")
    yield QUOTA_FILE.given(_below_root(file) if tightest is not None else None, source=file, reason=why)
    counts = reader.fields(tree.text(f"{holder}/cpu.stat"), " ")
    for spec, key in ((PERIODS, "nr_periods"), (THROTTLED, "nr_throttled")):
        yield spec.given(reader.number(counts.get(key)), source=f"{holder}/cpu.stat", reason=why)
    share = cpu_time.throttled_share(cpu_time.stopped_ns(tree, holder), cpu_time.used_ns(tree, holder))
    yield THROTTLED_SHARE.given(share, source=f"{holder}/cpu.stat", reason=why)


def _quota(tree: Tree, directory: str) -> float | None:
    """CPUs this directory allows: "max 100000" and "150000 100000" (version 2), or two files (version 1, -1: none)."""
    words = (tree.text(f"{directory}/cpu.max") or "").split()
    if len(words) == 2:
        quota, period = reader.number(words[0]), reader.number(words[1])
    else:
        quota = reader.integer(tree, f"{directory}/cpu.cfs_quota_us")
        period = reader.integer(tree, f"{directory}/cpu.cfs_period_us")
    if quota is None or period is None or quota < 0 or period <= 0:
        return None
    return quota / period


def _is_tight(tree: Tree, quota: float | None, *, known: bool) -> bool | None:
    if quota is None:
        return False if known else None
    online = cpulist.parse(tree.text("/sys/devices/system/cpu/online") or "")
    return quota < len(online) if online else None


def _cpuset(tree: Tree) -> Iterator[Fact | Absent]:
    """From the nearest directory that has the list, or the process's own mask, which cgroup and affinity share."""
    directories = cgroup_paths.directories(tree, "cpuset")
    own = reader.fields(tree.text(STATUS))
    cpus = _nearest(tree, directories, ("cpuset.cpus.effective", "cpuset.effective_cpus", "cpuset.cpus"))
    path, text = cpus or (STATUS, own.get("Cpus_allowed_list", ""))
    ids = cpulist.parse(text)
    yield CPUSET.given(text if ids else None, source=path, reason=reader.reason(tree, path))
    yield CPUSET_COUNT.given(len(ids) or None, source=path, reason=reader.reason(tree, path))
    file = next((f"{one}/cpuset.cpus" for one in directories if tree.text(f"{one}/cpuset.cpus")), "")
    yield CPUSET_FILE.given(_below_root(file), source=file, reason="no group of its own sets them")
    mems = _nearest(tree, directories, ("cpuset.mems.effective", "cpuset.effective_mems", "cpuset.mems"))
    path, text = mems or (STATUS, own.get("Mems_allowed_list", ""))
    yield MEMS.given(text if cpulist.parse(text) else None, source=path, reason=reader.reason(tree, path))


def _below_root(file: str) -> str | None:
    """The path that settings of control groups are named by; None for a file elsewhere."""
    inside = normpath(file).removeprefix(f"{cgroup_paths.ROOT}/")
    return inside if file and not inside.startswith(("/", "..")) else None


def _nearest(tree: Tree, directories: tuple[str, ...], files: tuple[str, ...]) -> tuple[str, str] | None:
    return reader.first_text(tree, *(f"{directory}/{file}" for directory in directories for file in files))


def _memory(tree: Tree) -> Iterator[Fact | Absent]:
    directories = cgroup_paths.directories(tree, "memory")
    files = [f"{directory}/{file}" for directory in directories for file in ("memory.max", "memory.limit_in_bytes")]
    sizes = [(size, file) for file in files if (size := reader.integer(tree, file)) is not None]
    limits = [(size, file) for size, file in sizes if 0 <= size < _V1_NO_LIMIT]
    seen = _seen(tree, directories, ("memory.max", "memory.limit_in_bytes"))
    size, file = min(limits, default=(None, files[0] if files else ""))
    why = "no limit" if seen else _UNREAD
    yield MEMORY_MAX.given(size, source=file, reason=why)
    yield MEMORY_FILE.given(_below_root(file) if size is not None else None, source=file, reason=why)
    total = reader.kibibytes(reader.fields(tree.text(memory.MEMINFO)).get("MemTotal"))
    limited = (False if seen else None) if size is None else None if total is None else size < total
    yield MEMORY_LIMITED.given(limited, source=file, reason=why)


def _seen(tree: Tree, directories: tuple[str, ...], files: tuple[str, ...]) -> bool:
    """Whether a limit would have shown. The group at the top has no such files, nor has one on version 2 whose
    controller is not enabled: its directory shows by cgroup.controllers (Documentation/admin-guide/cgroup-v2.rst)."""
    if len(directories) == 1 or any(tree.exists(f"{path}/{file}") for path in directories for file in files):
        return True
    return bool(directories) and tree.exists(f"{directories[0]}/cgroup.controllers")


def _io(tree: Tree) -> Fact | Absent:
    """Any cap counts: "8:0 rbps=1048576 wbps=max" (version 2), "8:0 1048576" (version 1)."""
    on_v1 = any("blkio" in member.controllers for member in cgroup_paths.memberships(tree))
    directories = cgroup_paths.directories(tree, "blkio" if on_v1 else "io")
    names = _V1_FILES["blkio"] if on_v1 else ("io.max",)
    files = [f"{directory}/{name}" for directory in directories for name in names]
    capped = next((file for file in files if _has_cap(tree.text(file) or "")), None)
    if capped:
        return IO_LIMITED.fact(True, source=capped)
    if _seen(tree, directories, names):
        return IO_LIMITED.fact(False, source=files[0])
    return IO_LIMITED.absent(_UNREAD, source=files[0] if files else "")


def _has_cap(text: str) -> bool:
    words = (word.partition("=")[2] or word for line in text.splitlines() for word in line.split()[1:])
    return any(reader.number(word) is not None for word in words)
