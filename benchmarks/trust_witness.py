"""A witness of its own: the CPU time of every program on this machine that has nothing to do with the benchmark."""

import bisect
import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

PERIOD_S = 0.5
KTHREADD = "2"
MARK = b"PERFADVISOR_TASK="
# They start what is measured, and stand beside it.
ENGINES = ("dockerd", "docker", "containerd", "podman", "conmon", "crun", "runc", "sshd")


class Witness:
    """Reads all of /proc/PID/stat twice a second between `with Witness() as witness:` and its end."""

    def __init__(self) -> None:
        self._read: list[tuple[float, float]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(PERIOD_S):
            self._read.append((time.time(), others_s()))

    def cpus(self, began: float, ended: float) -> float:
        """How many CPUs other programs used between two moments of time.time()."""
        times = [moment for moment, _ in self._read]
        first, last = bisect.bisect_left(times, began), bisect.bisect_right(times, ended) - 1
        if last <= first:
            return 0.0
        (start, before), (end, after) = self._read[first], self._read[last]
        return (after - before) / (end - start)


def others_s() -> float:
    """Seconds of CPU time that programs of others have used, with those that ended and were waited for; not the
    kernel's own threads."""
    ours, total = {str(os.getpid())}, 0
    for pid, name, parent, ticks in sorted(_processes(), key=lambda one: int(one[0])):
        if parent in ours or name.startswith(ENGINES) or _is_marked(pid):
            ours.add(pid)
        elif pid not in ours and KTHREADD not in (pid, parent):
            total += ticks
    return total / os.sysconf("SC_CLK_TCK")


def _processes() -> Iterator[tuple[str, str, str, int]]:
    """(id, name, parent, ticks): fields 14 to 17 of /proc/PID/stat. The first process waits for everybody's orphans."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            head, _, rest = (folder / "stat").read_text().rpartition(")")
            fields = rest.split()
            spent = fields[11:13] if folder.name == "1" else fields[11:15]
            yield folder.name, head.partition("(")[2], fields[1], sum(map(int, spent))


def _is_marked(pid: str) -> bool:
    with contextlib.suppress(OSError):
        return MARK in Path(f"/proc/{pid}/environ").read_bytes()
    return False
