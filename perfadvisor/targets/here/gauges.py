"""The one thing of perfadvisor that runs while a trial measures: a reader that looks at a few files once a second.

It says what it cost itself, so that whoever doubts a result can see it.
"""

# ruff: noqa: PTH123 (text paths: this is read while a trial runs, so it has to be cheap)
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from perfadvisor.facts.pci.link import parse_speed, parse_width
from perfadvisor.targets.here.own_threads import (
    RUNNABLE,
    STOPPED,
    OwnThread,
    cpu_ticks,
    far_ends,
    kernel_threads,
    processes,
    scheduled,
    states,
    threads,
    vhost_threads,
)

PERIOD_S = 1.0
SECTOR_BYTES = 512
NS_PER_TICK = 1e9 / os.sysconf("SC_CLK_TCK")
DEVICES = "/sys/bus/pci/devices"
FREQUENCY = "/sys/devices/system/cpu/cpu{}/cpufreq/scaling_cur_freq"  # in kHz

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What to look at besides the CPUs: the PCI function and the disk on the way ("" for none), and the CPUs that are
    far from it (None where that means nothing). `softirq_threads` are the kernel's own, which work for whoever does
    I/O, and for guests of ours; `far_ends` are programs of ours that run here without being below this process."""

    pci: str = ""
    block: str = ""
    remote_cpus: frozenset[int] | None = None
    softirq_threads: tuple[str, ...] = field(
        default_factory=lambda: (*kernel_threads("ksoftirqd/"), *vhost_threads(os.getpid()))
    )
    far_ends: tuple[int, ...] = field(default_factory=far_ends)


class GaugeReader:
    """Reads once a second between `with GaugeReader(watched) as reader:` and its end; `rows` holds what was read."""

    def __init__(self, watched: Watched) -> None:
        self.rows: tuple[Row, ...] = ()
        self._watched = watched
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, name="gauges", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _read(self) -> None:
        """Half a period into each, so that neither the start nor the end of the trial is caught."""
        began, rows = time.monotonic(), []
        next_s = PERIOD_S / 2
        while not self._ended.wait(max(0.0, began + next_s - time.monotonic())):
            spent = time.thread_time()
            row = {"t": round(time.monotonic() - began, 3), **read_row(self._watched)}
            rows.append({**row, "cost_s": round(time.thread_time() - spent, 6)})
            next_s += PERIOD_S
        self.rows = tuple(rows)


def read_row(watched: Watched) -> dict[str, Any]:
    """One reading; a gauge that this machine does not have is left out."""
    own = threads(os.getpid())
    runnable = [thread for thread in own if thread.state == RUNNABLE]
    running = procs_running()
    softirq = sum(thread.state == RUNNABLE for thread in states(watched.softirq_threads))
    found = {
        "procs_running": running,
        "own_runnable": len(runnable),
        "tool_stopped": sum(thread.state == STOPPED for thread in own),
        "tool_runnable": max(0, len(runnable) - 1),  # this reader always runs
        "other_runnable": _others(running, len(runnable), len(_own_runnable()), softirq),
        "remote_cpu_share": _remote_share(runnable, watched.remote_cpus),
        "frequency_hz": _frequency({thread.cpu for thread in runnable}),
        "cpus": len(os.sched_getaffinity(0)),
        **_scheduled(),
        **_cpu_times(watched.far_ends),
        **(_disk(watched.block) if watched.block else {}),
        **(_link(watched.pci) if watched.pci else {}),
    }
    return {name: value for name, value in found.items() if value is not None}


def procs_running() -> int | None:
    """Runnable threads of the whole machine, this one included, from /proc/loadavg: the same count as procs_running in
    /proc/stat, which takes far longer to write on large machines (fs/proc/loadavg.c, nr_running)."""
    running = _text("/proc/loadavg").split()[3:4]
    return int(running[0].split("/")[0]) if running else None


def _own_runnable() -> list[OwnThread]:
    return [thread for thread in threads(os.getpid()) if thread.state == RUNNABLE]


def _others(running: int | None, before: int, after: int, softirq: int) -> float | None:
    """The machine's count less ours from both sides of it. This reader takes a CPU from one end of a connection, and
    the other end soon falls asleep: counts further apart would take the sleeper for another program's. Below zero where
    threads of ours woke up meanwhile: only the mean over the trial says something."""
    return None if running is None else running - (before + after) / 2 - softirq


def _remote_share(runnable: list[OwnThread], remote: frozenset[int] | None) -> float | None:
    """Of the threads of the tool; this reader's own thread is always among the runnable ones."""
    if remote is None or len(runnable) < 2:
        return None
    return sum(thread.cpu in remote for thread in runnable) / len(runnable)


def _frequency(cpus: set[int]) -> float | None:
    """The fastest of the CPUs that work for us: the idle ones may rest."""
    speeds = [float(text) * 1000 for cpu in cpus if (text := _text(FREQUENCY.format(cpu)).strip()).isdecimal()]
    return max(speeds, default=None)


def _scheduled() -> dict[str, float]:
    times = scheduled(os.getpid())
    return {} if times is None else {"tool_cpu_ns": times[0], "tool_wait_ns": times[1]}


def _cpu_times(far: tuple[int, ...]) -> dict[str, float]:
    """CPU time so far, of the whole machine without its interrupts (the first line of /proc/stat) and of ours."""
    words = _text("/proc/stat").partition("\n")[0].split()
    if len(words) < 4:
        return {}
    user, nice, system = map(float, words[1:4])
    steal = {"steal_ns": float(words[8]) * NS_PER_TICK} if len(words) > 8 else {}
    below = processes(os.getpid())
    ours = [cpu_ticks(process) for process in (os.getpid(), *(one for one in far if one not in below))]
    ticks = {
        "user": user + nice,
        "system": system,
        "our_user": sum(one[0] for one in ours),
        "our_system": sum(one[1] for one in ours),
    }
    return steal | {f"{name}_ns": count * NS_PER_TICK for name, count in ticks.items()}


def _disk(block: str) -> dict[str, float]:
    """Bytes moved so far; fields 3 and 7 count 512-byte sectors (Documentation/block/stat.rst)."""
    counts = _text(f"/sys/class/block/{block}/stat").split()
    if len(counts) < 7:
        return {}
    return {"disk_read_bytes": float(counts[2]) * SECTOR_BYTES, "disk_write_bytes": float(counts[6]) * SECTOR_BYTES}


def _link(address: str) -> dict[str, float | None]:
    speed = parse_speed(_text(f"{DEVICES}/{address}/current_link_speed").strip())
    width = parse_width(_text(f"{DEVICES}/{address}/current_link_width").strip())
    return {"link_speed_gtps": speed, "link_width": width}


def _text(path: str) -> str:
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except OSError:
        return ""
