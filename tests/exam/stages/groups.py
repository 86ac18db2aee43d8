"""A control group of the exam's own, in each of the version 1 hierarchies that this machine has."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

ENDS_WITHIN_S = 5.0
ROOT = Path("/sys/fs/cgroup")
CONTROLLERS = ("cpu", "cpuset", "blkio", "memory", "freezer")
LIMITS = (
    "cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.shares", "cpuset.cpus", "cpuset.mems", "memory.limit_in_bytes",
    "blkio.throttle.read_iops_device", "blkio.throttle.write_iops_device", "blkio.throttle.read_bps_device",
    "blkio.throttle.write_bps_device", "freezer.state",
)  # fmt: skip


@contextlib.contextmanager
def group() -> Iterator[tuple[tuple[Path, ...], tuple[str, ...]]]:
    """The group's directories, and what goes in front of a command to run it in there; nothing without version 1."""
    made: list[Path] = []
    try:
        for name in CONTROLLERS:
            if (ROOT / name / "cgroup.procs").exists() and not (ROOT / "cgroup.controllers").exists():
                directory = ROOT / name / f"perfadvisor-exam-{os.getpid()}"
                directory.mkdir()
                made.append(directory)
                for file in ("cpuset.cpus", "cpuset.mems") if name == "cpuset" else ():
                    (directory / file).write_text((ROOT / name / file).read_text())
        join = "".join(f"echo $$ > {directory}/cgroup.procs; " for directory in made)
        yield tuple(made), (("sh", "-c", f'{join}exec "$@"', "sh") if made else ())
    finally:
        for directory in made:
            _end_all(directory)
            directory.rmdir()


def _end_all(directory: Path) -> None:
    """Jobs that were cut off may still run in the group."""
    deadline = time.monotonic() + ENDS_WITHIN_S
    while (inside := (directory / "cgroup.procs").read_text().split()) and time.monotonic() < deadline:
        for pid in map(int, inside):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def limits(directories: tuple[Path, ...]) -> dict[str, str]:
    """What the group is held to."""
    files = (directory / name for directory in directories for name in LIMITS)
    return {str(file): file.read_text().strip() for file in files if file.exists()}
