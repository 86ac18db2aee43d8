"""What moved during a trial: the kernel's counters read just before and just after, as differences, shares and rates.

A key that is missing is unknown: the counter was not readable, or went backwards because something was reset.
"""

from collections.abc import Iterator

from perfadvisor.facts.cgroup import cpu_time
from perfadvisor.facts.cgroup import paths as cgroup_paths
from perfadvisor.facts.reading import mountinfo
from perfadvisor.facts.reading.reader import fields, number
from perfadvisor.facts.trial import counters_cpu, counters_kvm, counters_path, counters_qemu
from perfadvisor.facts.trial.counters_cpu import difference
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree

SOFTNET = "/proc/net/softnet_stat"
VMSTAT = "/proc/vmstat"
NETWORK = "/proc/net"  # of the network namespace of whoever reads
SNMP = "snmp"
PRESSURE = "/proc/pressure"
CPUS = "/sys/devices/system/cpu"
PATTERNS = (
    *counters_cpu.PATTERNS,
    *(SOFTNET, VMSTAT),
    *(f"{PRESSURE}/{what}" for what in ("cpu", "io", "memory")),
    f"{CPUS}/cpu*/thermal_throttle/package_throttle_count",
    *(cgroup_paths.SELF, mountinfo.PATH),
    f"{cgroup_paths.ROOT}{{cgroup}}/cpu.stat",
    *(f"{cgroup_paths.ROOT}/cpu{{cgroup}}/{file}" for file in ("cpu.stat", cpu_time.QUOTA)),
    *(f"{cgroup_paths.ROOT}/{name}{{cgroup}}/{cpu_time.USAGE}" for name in ("cpu", "cpuacct")),
)

Pairs = Iterator[tuple[str, float | None]]


def patterns(path: IoPath, machine: Tree, network: str = NETWORK) -> tuple[str, ...]:
    """Everything to read around a trial whose bytes go this way: the machine's counters and those of its devices, and
    at `network` those of the namespace in which its connections are."""
    return (*PATTERNS, f"{network}/{SNMP}", *counters_path.patterns(path, machine))


def deltas(
    before: Tree, after: Tree, *, seconds: float, path: IoPath, machine: Tree, network: str = NETWORK
) -> dict[str, float]:
    """Name -> value, as `TrialResult.deltas` holds them. `machine` is the whole machine's tree, read once."""
    if seconds <= 0:
        return {}
    parts: tuple[Pairs, ...] = (
        counters_cpu.deltas(before, after, seconds),
        counters_path.deltas(before, after, seconds, path, machine),
        counters_kvm.deltas(before, after, seconds),
        counters_qemu.deltas(before, after, seconds),
        _softnet(before, after),
        _vmstat(before, after),
        _tcp(before, after, f"{network}/{SNMP}"),
        _pressure(before, after, seconds),
        _throttled(before, after),
        _cgroup(before, after),
    )
    return {name: value for part in parts for name, value in part if value is not None}


def _softnet(before: Tree, after: Tree) -> Pairs:
    """A row per CPU, hexadecimal: processed, dropped, squeezed, ... (net/core/net-procfs.c, softnet_seq_show)."""
    for column, name in ((1, "softnet.dropped"), (2, "softnet.squeezed")):
        yield name, difference(*(_softnet_sum(tree, column) for tree in (before, after)))


def _softnet_sum(tree: Tree, column: int) -> int | None:
    rows = [line.split() for line in (tree.text(SOFTNET) or "").splitlines()]
    try:
        return sum(int(row[column][:16], 16) for row in rows) if rows else None
    except (IndexError, ValueError):
        return None


def _vmstat(before: Tree, after: Tree) -> Pairs:
    old, new = (fields(tree.text(VMSTAT), " ") for tree in (before, after))

    def moved(*keys: str) -> float | None:
        rises = [difference(number(old.get(key)), number(new.get(key))) for key in keys]
        return sum(rise for rise in rises if rise is not None) if None not in rises else None

    yield "vmstat.major_faults", moved("pgmajfault")
    yield "vmstat.numa_hit", moved("numa_hit")
    yield "vmstat.numa_miss", moved("numa_miss")
    yield "vmstat.swapped_pages", moved("pswpin", "pswpout")


def _tcp(before: Tree, after: Tree, file: str) -> Pairs:
    yield "tcp.retransmits", difference(*(_snmp(tree.text(file), "Tcp:", "RetransSegs") for tree in (before, after)))


def _snmp(text: str | None, protocol: str, name: str) -> int | None:
    """Two lines a protocol: the names, then the values in the same order."""
    lines = [line.split() for line in (text or "").splitlines() if line.startswith(protocol)]
    values = dict(zip(*lines, strict=False)) if len(lines) == 2 else {}
    return number(values.get(name))


def _pressure(before: Tree, after: Tree, seconds: float) -> Pairs:
    """Share of the time in which some task waited (accounting/psi.rst; totals are in microseconds)."""
    for what in ("cpu", "io", "memory"):
        waited = difference(*(_stalled(tree.text(f"{PRESSURE}/{what}") or "") for tree in (before, after)))
        yield f"pressure.{what}_some_share", None if waited is None else min(1.0, waited / 1e6 / seconds)


def _stalled(text: str) -> int | None:
    some = next((line for line in text.splitlines() if line.startswith("some ")), "")
    return number(some.partition("total=")[2])


def _throttled(before: Tree, after: Tree) -> Pairs:
    """Every CPU of a package shows the package's count, so the largest rise is that of the worst package."""
    rises: list[float] = []
    for name in after.names(CPUS):
        file = f"{CPUS}/{name}/thermal_throttle/package_throttle_count"
        rise = difference(number(before.text(file)), number(after.text(file)))
        if rise is not None:
            rises.append(rise)
    yield "thermal.throttle_events", max(rises, default=None)


def _cgroup(before: Tree, after: Tree) -> Pairs:
    """Of the group and those above it, the one that was stopped most: a quota set above binds too."""
    rises = [rise for directory in cgroup_paths.directories(after, "cpu") if (rise := _stops(before, after, directory))]
    worst = max(rises, key=lambda rise: (rise.get("cgroup.throttled_ns", 0), rise["cgroup.throttled"]), default={})
    yield from worst.items()


def _stops(before: Tree, after: Tree, directory: str) -> dict[str, float]:
    """The rises of one group's counts; empty where it has none."""
    old, new = (fields(tree.text(f"{directory}/cpu.stat"), " ") for tree in (before, after))
    found = {
        name: difference(number(old.get(key)), number(new.get(key)))
        for name, key in (("cgroup.periods", "nr_periods"), ("cgroup.throttled", "nr_throttled"))
    }
    for name, count in (("cgroup.throttled_ns", cpu_time.stopped_ns), ("cgroup.used_ns", cpu_time.used_ns)):
        found[name] = difference(count(before, directory), count(after, directory))
    known = {name: value for name, value in found.items() if value is not None}
    return known if {"cgroup.periods", "cgroup.throttled"} <= known.keys() else {}
