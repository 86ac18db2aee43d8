"""The kernel that runs: its release, its command line, the host's name, and its clock source."""

from collections.abc import Iterator

from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree

_CLOCK = "/sys/devices/system/clocksource/clocksource0"

RELEASE = FactSpec(
    name="kernel.release", type=str, meaning="kernel release, as uname -r prints it", nature=Nature.IDENTITY
)
ARCHITECTURE = FactSpec(
    name="kernel.architecture", type=str, meaning="machine architecture, as uname -m prints it", nature=Nature.IDENTITY
)

_TEXTS = (
    (
        FactSpec(name="kernel.cmdline", type=str, meaning="boot command line of the kernel", nature=Nature.SETTING),
        "/proc/cmdline",
    ),
    (
        FactSpec(name="kernel.hostname", type=str, meaning="host name, of this UTS namespace", nature=Nature.IDENTITY),
        "/proc/sys/kernel/hostname",
    ),
    (
        FactSpec(
            name="cpu.clocksource", type=str, meaning="clock source the kernel reads time from", nature=Nature.SETTING
        ),
        f"{_CLOCK}/current_clocksource",
    ),
    (
        FactSpec(
            name="cpu.clocksources_available",
            type=str,
            meaning="clock sources that could be chosen",
            nature=Nature.IDENTITY,
        ),
        f"{_CLOCK}/available_clocksource",
    ),
)

FAST_CLOCK = FactSpec(
    name="cpu.clocksource_fast",
    type=str,
    meaning='a clock source that could be chosen and that programs read without entering the kernel; "none" if none is',
    nature=Nature.IDENTITY,
)
_FAST_CLOCKS = ("tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter", "xen")
"""Clock sources with a vdso_clock_mode (arch/x86/kernel/tsc.c, kvmclock.c, xen/time.c, drivers/clocksource), best
first."""

_ARCH, _CPUINFO = "/proc/sys/kernel/arch", "/proc/cpuinfo"

CATALOGUE: tuple[FactSpec, ...] = (RELEASE, ARCHITECTURE, *(spec for spec, _ in _TEXTS), FAST_CLOCK)
PATTERNS: tuple[str, ...] = (
    "/proc/sys/kernel/osrelease",
    "/proc/version",
    _ARCH,
    _CPUINFO,
    *(path for _, path in _TEXTS),
)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The kernel's facts in this tree."""
    yield _release(tree)
    yield _architecture(tree)
    for spec, path in _TEXTS:
        yield reader.text_fact(spec, tree, path)
    yield _fast_clock(tree)


def _architecture(tree: Tree) -> Fact | Absent:
    """Before Linux 6.1 there is no file for it. A 64-bit kernel on x86 shows a CPU with long mode, and not the bugs
    that only a 32-bit one looks for (arch/x86/kernel/cpu/proc.c)."""
    shown = reader.fields(tree.text(_CPUINFO))
    if not tree.text(_ARCH) and "lm" in shown.get("flags", "").split() and "fdiv_bug" not in shown:
        return ARCHITECTURE.fact("x86_64", source=_CPUINFO)
    return reader.text_fact(ARCHITECTURE, tree, _ARCH)


def _fast_clock(tree: Tree) -> Fact | Absent:
    source = f"{_CLOCK}/available_clocksource"
    offered = (tree.text(source) or "").split()
    best = next((name for name in _FAST_CLOCKS if name in offered), "none")
    return reader.fact(FAST_CLOCK, tree, source, best if offered else None)


def _release(tree: Tree) -> Fact | Absent:
    """From osrelease, or the third word of "Linux version 6.1.0-18-amd64 (...)"."""
    words = (tree.text("/proc/version") or "").split()
    if not tree.text("/proc/sys/kernel/osrelease") and words[:2] == ["Linux", "version"] and words[2:]:
        return RELEASE.fact(words[2], source="/proc/version")
    return reader.text_fact(RELEASE, tree, "/proc/sys/kernel/osrelease")
