"""What is going on on this machine before a run starts, and waiting until it stops: other work makes results INVALID,
and a user wants to know that before the first trial, not after the last one."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from perfadvisor.facts.reading.reader import fields, number
from perfadvisor.facts.trial import gauges
from perfadvisor.formatting import duration
from perfadvisor.targets.here.gauges import Watched, read_row

LOOKS, BETWEEN_S = 4, 0.25
OTHER_CPUS = 0.5  # judgement: as for a trial's own mark (analyse.results.trust)
AVAILABLE_SHARE = 0.1  # judgement: less memory than this soon makes the kernel reclaim
AGAIN_S = 5.0
PROC_MEMINFO = Path("/proc/meminfo")
CPUFREQ = Path("/sys/devices/system/cpu/cpufreq")

Say = Callable[[str], None]


def spoilers(rows: Sequence[Mapping[str, Any]] | None = None) -> tuple[str, ...]:
    """What would spoil the results of a run that starts now, each in one sentence; empty where nothing was seen. What
    cannot be read is left out. `rows` are readings of the gauges, taken now (1 s) where none are given."""
    return (*_other_work(_looked() if rows is None else rows), *_memory(), *_frequency())


def look_first(limit_s: float, say: Say) -> tuple[str, ...]:
    """Before the first trial: wait where `limit_s` allows it, and say what will mark the results all the same. Returns
    that as notes for whoever reads the run."""
    found = wait(limit_s, say) if limit_s > 0 else spoilers()
    for one in found:
        say(f"warning: {one}; results will be marked for it")
    if found and limit_s <= 0:
        say("  next: --wait-quiet waits until that ends")
    return tuple(f"before the first trial: {one}" for one in found)


def wait(limit_s: float, say: Say, look: Callable[[], tuple[str, ...]] = spoilers) -> tuple[str, ...]:
    """Wait until nothing spoils the results, at most `limit_s` seconds; returns what still does then."""
    deadline = time.monotonic() + limit_s
    found = look()
    if found:
        say(f"waiting up to {duration(limit_s)} for a quiet machine: {'; '.join(found)}")
    while found and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(AGAIN_S, left))
        found = look()
    return found


def _looked() -> list[Mapping[str, Any]]:
    watched = Watched()
    rows: list[Mapping[str, Any]] = []
    for _ in range(LOOKS):
        time.sleep(BETWEEN_S)
        rows.append({"t": time.monotonic(), **read_row(watched)})
    return rows


def _other_work(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    others = gauges.other_cpus(rows)
    if others is not None and others >= OTHER_CPUS:
        yield f"other work: other programs use {others:.1f} CPUs"


def _memory() -> Iterator[str]:
    known = fields(_text(PROC_MEMINFO), ":")
    total, available = (number(known.get(name, "").removesuffix(" kB")) for name in ("MemTotal", "MemAvailable"))
    if total and available is not None and available < AVAILABLE_SHARE * total:
        yield f"only {available / total:.0%} of the memory is available"


def _frequency() -> Iterator[str]:
    """A limit below what the CPU can do, set by a user or by a power profile."""
    for policy in sorted(CPUFREQ.glob("policy*")):
        limit, most = (number(_text(policy / name).strip()) for name in ("scaling_max_freq", "cpuinfo_max_freq"))
        if limit and most and limit < 0.99 * most:
            yield f"CPU frequency is limited to {limit / most:.0%} of its maximum ({policy.name}/scaling_max_freq)"
            return


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
