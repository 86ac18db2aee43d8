"""Disturbances that spoil a result, each planted for as long as the trials of one cell last, and taken away again."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

CPU = Path("/sys/fs/cgroup/cpu")  # a version 1 hierarchy
SPIN = "import os; os.sched_setaffinity(0, {{{}}})\nwhile True: pass"
WRITE = (
    "import os\nfile = os.open({!r}, os.O_RDWR | os.O_CREAT)\nblock = os.urandom(1 << 20)\n"
    "while True:\n os.lseek(file, 0, 0)\n for _ in range(256): os.write(file, block)\n os.fdatasync(file)"
)


@contextlib.contextmanager
def nothing(_place: str) -> Iterator[None]:
    yield


@contextlib.contextmanager
def one_cpu(_place: str) -> Iterator[None]:
    """Somebody else's thread on one CPU."""
    with _others([SPIN.format(sorted(os.sched_getaffinity(0))[-1])]):
        yield


@contextlib.contextmanager
def all_cpus(_place: str) -> Iterator[None]:
    """Two threads of somebody else on each CPU."""
    with _others([SPIN.format(cpu) for cpu in os.sched_getaffinity(0)] * 2):
        yield


@contextlib.contextmanager
def writeback(_place: str) -> Iterator[None]:
    """Somebody else writes to the same file system, through the page cache."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder, _others(_writers(folder)):
        yield


def _writers(folder: str) -> list[str]:
    return [WRITE.format(f"{folder}/{number}") for number in range(2)]


@contextlib.contextmanager
def quota(_place: str) -> Iterator[None]:
    """A quota of a fifth of a CPU on everything that this process starts, where control groups of version 1 are."""
    group = CPU / f"trust-{os.getpid()}"
    group.mkdir()
    (group / "cpu.cfs_quota_us").write_text("20000")
    own = next(line for line in Path("/proc/self/cgroup").read_text().splitlines() if ":cpu:" in line).split(":")[2]
    (group / "cgroup.procs").write_text(str(os.getpid()))
    try:
        yield
    finally:
        home = CPU / own.strip("/") / "cgroup.procs"
        for pid in (group / "cgroup.procs").read_text().split():
            with contextlib.suppress(OSError):
                home.write_text(pid)
        group.rmdir()


@contextlib.contextmanager
def _others(codes: Sequence[str]) -> Iterator[None]:
    """Programs that are not below this process, as other users' are not: a shell starts each and ends."""
    pids = []
    for code in codes:
        started = subprocess.run(
            ["sh", "-c", 'setsid "$0" -c "$1" >/dev/null 2>&1 & echo $!', sys.executable, code],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        pids.append(int(started.stdout))
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, 9)


# Which of them spoil a read of the disk. A quota on our own process is not on a container's or a far shell's.
PLANTS = {
    "none": nothing, "one CPU": one_cpu, "all CPUs": all_cpus, "writeback": writeback, "quota": quota,
}  # fmt: skip
NOT_IN = {"quota": {"docker", "podman", "ssh"}}
