"""Disturbances planted for as long as the trials of one cell last, and taken away again."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

CPU, MEMORY = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup/memory")  # version 1 hierarchies
QUOTA_US, THRASHED = 25_000, 128 << 20
SPIN = "import os; os.sched_setaffinity(0, {{{}}})\nwhile True: pass"
WRITE = (
    "import os\nfile = os.open({!r}, os.O_RDWR | os.O_CREAT)\nblock = os.urandom(1 << 20)\n"
    "while True:\n os.lseek(file, 0, 0)\n for _ in range(256): os.write(file, block)\n os.fdatasync(file)"
)
THRASH = (
    "import mmap, os, random\nopen({group!r}, 'w').write(str(os.getpid()))\nfile = open({name!r}, 'rb')\n"
    "seen = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)\npages = len(seen) >> 12\n"
    "while True: seen[random.randrange(pages) << 12]"
)


Witness = Callable[[], float]  # the share of a quota's periods in which it stopped somebody


@contextlib.contextmanager
def nothing(_place: str) -> Iterator[Witness]:
    yield lambda: 0.0


@contextlib.contextmanager
def other_cpu(_place: str) -> Iterator[Witness]:
    """Somebody else's thread on one of the CPUs: the scheduler can give the tool the other one."""
    with _others([SPIN.format(sorted(os.sched_getaffinity(0))[-1])]):
        yield lambda: 0.0


@contextlib.contextmanager
def same_cpu(_place: str) -> Iterator[Witness]:
    """Two threads of somebody else on each CPU: wherever the tool runs, it shares."""
    with _others([SPIN.format(cpu) for cpu in os.sched_getaffinity(0)] * 2):
        yield lambda: 0.0


@contextlib.contextmanager
def writeback(_place: str) -> Iterator[Witness]:
    """Somebody else writes to the same file system, through the page cache."""
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp") as folder,
        _others([WRITE.format(f"{folder}/{number}") for number in range(2)]),
    ):
        yield lambda: 0.0


@contextlib.contextmanager
def memory(_place: str) -> Iterator[Witness]:
    """Somebody else reads a file again and again that does not fit into the memory it may use."""
    group = MEMORY / f"trust-{os.getpid()}"
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(str(THRASHED))
    try:
        with tempfile.NamedTemporaryFile(dir="/var/tmp") as file:
            for _ in range(4 * THRASHED >> 20):
                file.write(os.urandom(1 << 20))
            file.flush()
            os.fsync(file.fileno())
            code = THRASH.format(group=f"{group}/cgroup.procs", name=file.name)
            with _others([code] * 2):
                yield lambda: 0.0
    finally:
        _remove(group)


@contextlib.contextmanager
def quota(place: str) -> Iterator[Witness]:
    """A quota of a quarter of a CPU on the engine's containers, on sshd with all below it, or on this process."""
    parent = {"docker": CPU / "docker", "podman": CPU / "libpod_parent"}.get(place)
    group = parent or CPU / f"trust-{os.getpid()}"
    group.mkdir(exist_ok=True)
    (group / "cpu.cfs_quota_us").write_text(str(QUOTA_US))
    process, home = int(os.environ.get("TRUST_SSHD", "0")) or os.getpid(), CPU / _group_of_this_process()
    before = _periods(group)
    if parent is None:
        (group / "cgroup.procs").write_text(str(process))
    try:
        yield lambda: _stopped(before, _periods(group))
    finally:
        (group / "cpu.cfs_quota_us").write_text("-1")
        if parent is None:
            for pid in (group / "cgroup.procs").read_text().split():
                with contextlib.suppress(OSError):
                    (home / "cgroup.procs").write_text(pid)
            _remove(group)


def _group_of_this_process() -> str:
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    return next(line for line in lines if ":cpu:" in line).split(":")[2].strip("/")


def _periods(group: Path) -> dict[str, int]:
    return {name: int(count) for name, count in map(str.split, (group / "cpu.stat").read_text().splitlines())}


def _stopped(before: dict[str, int], after: dict[str, int]) -> float:
    periods, stopped = (after[name] - before[name] for name in ("nr_periods", "nr_throttled"))
    return stopped / periods if periods else 0.0


def _remove(group: Path) -> None:
    """A group whose last process has just ended may be busy for a moment."""
    for _ in range(50):
        with contextlib.suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.1)


@contextlib.contextmanager
def _others(codes: Sequence[str]) -> Iterator[None]:
    """Programs that are not below this process, as other users' are not: a shell starts each and ends."""
    pids = []
    for code in codes:
        started = subprocess.run(
            ["sh", "-c", 'setsid "$0" -c "$1" >/dev/null 2>&1 & echo $!', sys.executable, code],
            capture_output=True,
            text=True,
            check=True,
        )
        pids.append(int(started.stdout))
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, 9)
        time.sleep(0.2)


PLANTS = {
    "none": nothing,
    "other CPU": other_cpu,
    "same CPU": same_cpu,
    "quota": quota,
    "writeback": writeback,
    "memory": memory,
}
